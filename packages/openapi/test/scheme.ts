import type { AnyScheme } from '@countersign/core'

/** A scheme that only challenges: what a document asks for is judged here without any credentials being read. */
export function scheme(name: string): AnyScheme {
  return {
    name,
    strength: 1,
    expresses: ['authenticate', 'request-scope'],
    carrier: 'authorization',
    opensDialog: false,
    extract: () => ({ found: 'nothing' }),
    verify: () => ({ result: 'rejected', reason: 'credentials-rejected' }),
    challenges: () => [{ scheme: name, params: { realm: 'r' } }],
  }
}
