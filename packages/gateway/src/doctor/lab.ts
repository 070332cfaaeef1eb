import type { Config } from '../config/config.ts'
import type { Found } from './defects.ts'
import type { Caller, Samples } from './samples.ts'
import type { Seen, Sent } from './wire.ts'

/** What a probe may use. */
export interface Lab {
  readonly config: Config
  readonly samples: Samples
  readonly caller?: Caller
  /** A path whose application answers with the fields that it got. */
  readonly echo?: string
  /** Sends through the proxy; a GET unless it says otherwise. */
  readonly send: (sent: Partial<Sent> & Pick<Sent, 'path'>) => Promise<Seen>
}

/** What a probe came to: defects, or why it was not tried. */
export type Outcome = readonly Found[] | { readonly skipped: string }

/** One thing that is tried. */
export interface Probe {
  readonly name: string
  /** What is tried, in words. */
  readonly about: string
  run(lab: Lab): Promise<Outcome>
}

export const NO_CALLER = 'it needs somebody who may call: pass --as, and what shows it in $COUNTERSIGN_CREDENTIAL'
export const NO_ECHO = 'it needs a path whose application answers with the fields that it got: pass --echo'
