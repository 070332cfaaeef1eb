import type { AuditRequest, AuditResponse } from '../exchange.ts'
import type { Credentials, Persona } from '../persona.ts'
import type { SecretReader } from './secret-reader.ts'
import type { Post } from './post.ts'

/** One way of getting credentials. */
export interface Source {
  /** The scheme that verifies them, as descriptions name it. */
  readonly scheme: string
  /** Gets them anew. Rejects with a `PersonaError` whose message has no secret. */
  obtain(): Promise<Credentials>
  /** Where more than the fields of the credentials has to be sent. */
  authorize?(request: AuditRequest, credentials: Credentials): AuditRequest
  /** What `Persona.learn` does. */
  readonly learn?: (response: AuditResponse) => boolean
  readonly certificate?: NonNullable<Persona['certificate']>
}

/** What sources may use. */
export interface Surroundings {
  readonly secrets: SecretReader
  /** Sends a request to an address, or to a path of the target. */
  readonly post: Post
  /** The target, with its base path and without a slash at its end. */
  readonly target: string
  /** Seconds since the epoch. */
  readonly now: () => number
}
