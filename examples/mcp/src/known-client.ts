/**
 * The client, as both sides know it.
 *
 * It is registered beforehand: the SDK registers itself with the scope of the first challenge only, and
 * oidc-provider then holds it to that when it steps up.
 */
export const CLIENT = {
  client_id: 'tour',
  client_name: 'tour',
  redirect_uris: ['http://127.0.0.1/callback'],
  grant_types: ['authorization_code'],
  response_types: ['code' as const],
  token_endpoint_auth_method: 'none' as const,
}

export const CALLBACK = 'http://127.0.0.1/callback'
