import type { AnyScheme } from '@countersign/core'
import { dpop, replayMemory, type BearerScheme } from 'countersign'
import type { DpopConfig } from '../config/config.ts'
import { nonEmpty } from './non-empty.ts'

/** The DPoP scheme over the tokens of a configuration. */
export function proofScheme(tokens: BearerScheme, config: Omit<DpopConfig, 'required'>): AnyScheme {
  const { origin, algorithms, replays, ...rest } = config
  return dpop(tokens, {
    ...rest,
    origin: nonEmpty(origin, 'origin'),
    replays: replayMemory({ size: replays }),
    ...(algorithms === undefined ? {} : { algorithms: nonEmpty(algorithms, 'algorithms') }),
  })
}
