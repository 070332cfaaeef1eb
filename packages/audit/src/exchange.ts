/** Field lines in their order, each name as it was written. */
export type FieldLines = readonly (readonly [name: string, value: string])[]

/** A request as it goes over the wire: nothing of it is normalised. */
export interface AuditRequest {
  readonly method: string
  /** The request target: path and query as they are sent, or another form of RFC 9112 section 3.2. */
  readonly target: string
  readonly fields: FieldLines
  readonly body?: string
}

/** A response as far as it is kept. */
export interface AuditResponse {
  readonly status: number
  readonly fields: FieldLines
  /** The beginning of the content. */
  readonly body: string
  /** Whether there was more content than is kept. */
  readonly truncated: boolean
}

/** Why there is no response. */
export type Breakdown = 'reset' | 'timeout' | 'refused' | 'unreadable' | 'tls' | 'unsendable'

interface Sent {
  readonly request: AuditRequest
  /** Whose credentials were with it. */
  readonly persona: string
  /** Milliseconds from the first byte sent to the last one kept. */
  readonly duration: number
}

/** One request and what came of it. */
export type Exchange = Sent &
  ({ readonly response: AuditResponse; readonly failure?: never } | { readonly response?: never; readonly failure: Breakdown; readonly detail: string })

/** Every value of a field, in order. */
export function fieldValues({ fields }: Pick<AuditResponse, 'fields'>, name: string): readonly string[] {
  return fields.filter(([one]) => one.toLowerCase() === name).map(([, value]) => value)
}
