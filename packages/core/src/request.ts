/** All that the core may know of a request. */
export interface RequestView {
  readonly method: string
  readonly url: URL
  /** The query of the target, with or without its `?`, where it can be had without parsing the URL. */
  readonly query?: string
  /** The request target as it came over the wire, where it is known. */
  readonly target?: string
  /** Path parameters of the matched route. */
  readonly params: Readonly<Record<string, string>>
  /** The connection that the request came on, where there is one. */
  readonly connection?: Connection
  /** Every field line of that name (lower case), in order; `[]` if absent. */
  field(name: string): readonly string[]
  /** Reads the content, and leaves it to the handler as if nobody had. */
  content?(limit: number): Promise<Content>
}

/** What is known of a connection. */
export interface Connection {
  /** The address of the other side, which may be a proxy. */
  readonly address?: string
  readonly encrypted: boolean
  /** The certificate that the other side has shown, and has the key of. */
  certificate(): PeerCertificate | undefined
}

/** A certificate of a client (RFC 5280). */
export interface PeerCertificate {
  /** In DER. */
  readonly raw: Uint8Array
  /** Whether the TLS layer trusts its issuer, and it has not expired. */
  readonly trusted: boolean
}

/** The content of a request, or why it cannot be had: it is longer than the limit, somebody has read it before, or not all of it came. */
export type Content = { readonly read: true; readonly bytes: Uint8Array } | { readonly read: false; readonly why: 'too-large' | 'consumed' | 'incomplete' }
