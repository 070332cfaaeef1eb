import type { Exchange } from '../exchange.ts'
import type { Persona } from '../persona.ts'
import type { Run } from '../run.ts'
import { isComplete, valuesOfAnswer } from './ids.ts'
import { lookAt, type Volatile } from './look.ts'
import type { Resource, TargetObject } from './objects.ts'

/** A request of an attack that may have made an object. */
export interface Adoption {
  readonly by: Persona
  readonly exchange: Exchange
  readonly marker: string
  /** Whether the marker stood in its content. */
  readonly marked: boolean
  /** Others who may see it, beside those who see everything. */
  readonly also?: readonly Persona[]
}

/** Created (RFC 9110 section 15.3.2): the answer is about something that was not there before. */
export const CREATED = 201

/**
 * The object that an attack has made, if it can be seen to be just that.
 *
 * An answer may name an object that was there before, as conflicts do, and what is adopted is removed in the end. So it must
 * carry the marker; where there was no text to put it into, the answer must say that something was created.
 */
export async function recognise(
  resource: Resource,
  adoption: Adoption,
  { run, volatile }: { readonly run: Run; readonly volatile: Volatile },
): Promise<TargetObject | undefined> {
  const { by, exchange, marker, marked, also = [] } = adoption
  if (!marked && exchange.response?.status !== CREATED) return undefined
  const candidates = valuesOfAnswer(exchange, resource, {}).filter((values) => isComplete(values, resource))
  const others = [...also, ...run.personas.filter(({ caretaker }) => caretaker)].filter(({ name }) => name !== by.name)
  for (const values of candidates) {
    for (const owner of [by, ...others]) {
      const object: TargetObject = { resource, owner, values, seeded: true, ...(marked ? { marker } : {}) }
      const { state, exchange: seen } = await lookAt(object, run, { as: owner, volatile })
      if (state === 'there' && (!marked || seen?.response?.body.includes(marker) === true)) return object
    }
  }
  return undefined
}
