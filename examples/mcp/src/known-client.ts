export const CALLBACK = 'http://127.0.0.1/callback'

/** What a client says of itself when it registers (RFC 7591 section 2). */
export const METADATA = {
  client_name: 'tour',
  redirect_uris: [CALLBACK],
  grant_types: ['authorization_code'],
  response_types: ['code' as const],
  token_endpoint_auth_method: 'none' as const,
}

/** A client that is registered beforehand, as both sides know it. */
export const CLIENT = { ...METADATA, client_id: 'known' }
