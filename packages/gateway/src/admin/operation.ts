import type { GenericSchema, InferOutput } from 'valibot'
import type { Actor, Awaitable } from '../store/store.ts'
import type { Query } from './input.ts'
import type { Reply } from './reply.ts'

/** A request that was let in and whose parts were read. */
export interface Call<B = unknown> {
  readonly params: Readonly<Record<string, string>>
  readonly query: Query
  readonly body: B
  /** Who asks, for the audit trail. */
  readonly actor: Actor
}

/** How one operation of the document is carried out. */
export interface Operation {
  /** Names of the parameters that the query may have. */
  readonly query: readonly string[]
  /** What the content must be; without it none is read. */
  readonly body?: GenericSchema
  handle(call: Call): Awaitable<Reply>
}

/** Operations by `operationId`. */
export type Operations = Readonly<Record<string, Operation>>

/** An operation without content. */
export function operation(handle: (call: Call) => Awaitable<Reply>, query: readonly string[] = []): Operation {
  return { query, handle }
}

/** An operation whose content a schema reads. */
export function operationWith<S extends GenericSchema>(body: S, handle: (call: Call<InferOutput<S>>) => Awaitable<Reply>): Operation {
  return { query: [], body, handle }
}
