/** A check that the specification of the auditor knows and this version does not make. */
export interface LeftOut {
  readonly check: string
  /** Why not, in words that a report can show. */
  readonly why: string
}

/** What is not checked, so that nobody takes silence for a result. */
export const LEFT_OUT: readonly LeftOut[] = [
  {
    check: 'BFLA-GRAPH',
    why: 'operations within GraphQL, JSON-RPC or batches are in no OpenAPI document, and no configuration names them yet',
  },
]
