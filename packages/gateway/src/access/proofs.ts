import type { AnyScheme } from '@countersign/core'
import { dpop, type BearerScheme, type ReplayStore } from 'countersign'
import type { DpopConfig } from '../config/config.ts'
import { nonEmpty } from './non-empty.ts'

/** The DPoP scheme over the tokens of a configuration. */
export function proofScheme(tokens: BearerScheme, config: DpopConfig, replays: ReplayStore): AnyScheme {
  const { required: _, replays: _size, origin, algorithms, ...rest } = config
  return dpop(tokens, {
    ...rest,
    replays,
    origin: nonEmpty(origin, 'origin'),
    ...(algorithms === undefined ? {} : { algorithms: nonEmpty(algorithms, 'algorithms') }),
  })
}
