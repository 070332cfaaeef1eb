import type { Probe } from '../lab.ts'
import { everywhere } from './everywhere.ts'
import { exposed } from './exposed.ts'
import { forbidden } from './forbidden.ts'
import { forged } from './forged.ts'
import { guessing } from './guessing.ts'
import { head } from './head.ts'
import { hearsay } from './hearsay.ts'
import { largeHeader } from './large-header.ts'
import { nominated } from './nominated.ts'
import { outage } from './outage.ts'
import { paths } from './paths.ts'
import { preflight } from './preflight.ts'
import { refusals } from './refusals.ts'
import { unreadable } from './unreadable.ts'
import { websocket } from './websocket.ts'

/** What is tried while the gateway answers, in order. */
export const PROBES: readonly Probe[] = [
  refusals,
  forbidden,
  everywhere,
  unreadable,
  head,
  preflight,
  paths,
  hearsay,
  forged,
  nominated,
  websocket,
  largeHeader,
  exposed,
]

/** What is tried only if it was asked for: it blocks whoever tries. */
export const GUESSING: readonly Probe[] = [guessing]

/** What is tried instead while the gateway is stopped. */
export const STOPPED: readonly Probe[] = [outage]
