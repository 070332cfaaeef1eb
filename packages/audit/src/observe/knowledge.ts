import type { AuditResponse, Exchange } from '../exchange.ts'
import type { AuditOperation } from '../operation.ts'
import { jsonOf, shapeOf } from './fingerprint.ts'

/** What is known of how this API answers; grows while it is looked at. */
export interface Knowledge {
  /** Somebody who may was let in, and this is what it looks like. */
  learnGranted(operation: AuditOperation, exchange: Exchange): void
  /** How one protected operation answers to nobody, and to credentials that are plainly bad. */
  learnRefused(operation: AuditOperation, answers: { readonly anonymous: Exchange; readonly nonsense: Exchange }): void
  /** How a path answers that is surely not there. */
  learnAbsent(exchange: Exchange): void
  /** How content is answered that nobody can read. */
  learnInvalid(exchange: Exchange): void
  /** Whether an answer looks as one that was granted here. */
  isGranted(operation: AuditOperation, response: AuditResponse): boolean
  /** Whether the way in which this operation answers to those who may is known at all. */
  knows(operation: AuditOperation): boolean
  /** Whether an answer of status 2xx looks as a refusal of this API does. */
  isSoftDenial(response: AuditResponse): boolean
  isAbsent(response: AuditResponse): boolean
  /** Whether an answer of status 2xx says that the content cannot be read. */
  isInvalid(response: AuditResponse): boolean
}

interface Pair {
  readonly granted: string
  readonly refused: string
}

export function createKnowledge(): Knowledge {
  const granted = new Map<string, Set<string>>()
  const pairs: Pair[] = []
  const soft = new Set<string>()
  const absent = new Set<string>()
  const invalid = new Set<string>()
  return {
    learnGranted: ({ key }, { response }) => {
      if (response === undefined || !isSuccess(response)) return
      granted.set(key, (granted.get(key) ?? new Set()).add(shapeOf(response)))
    },
    learnRefused: ({ key }, { anonymous, nonsense }) => {
      const shapes = granted.get(key)
      if (shapes === undefined || anonymous.response === undefined || nonsense.response === undefined || !isSuccess(anonymous.response)) return
      const refused = shapeOf(anonymous.response)
      if (shapes.has(refused) || refused !== shapeOf(nonsense.response)) return
      const [first = ''] = shapes
      // The same shape where the data differ is that of a guard; alone it must have nothing in common with the data.
      const again = pairs.some((pair) => pair.refused === refused && pair.granted !== first)
      pairs.push({ granted: first, refused })
      if (again || isMessage(anonymous.response, first)) soft.add(refused)
    },
    learnAbsent: ({ response }) => {
      if (response !== undefined) absent.add(`${response.status} ${shapeOf(response)}`)
    },
    learnInvalid: ({ response }) => {
      if (response !== undefined && isSuccess(response)) invalid.add(shapeOf(response))
    },
    isGranted: ({ key }, response) => granted.get(key)?.has(shapeOf(response)) === true,
    knows: ({ key }) => granted.has(key),
    isSoftDenial: (response) => soft.has(shapeOf(response)),
    isAbsent: (response) => absent.has(`${response.status} ${shapeOf(response)}`),
    isInvalid: (response) => invalid.has(shapeOf(response)),
  }
}

function isSuccess({ status }: AuditResponse): boolean {
  return status >= 200 && status < 300
}

/** An object with members, none of which the data have: a reduced view of the data is no refusal. */
function isMessage(response: AuditResponse, grantedShape: string): boolean {
  const value = jsonOf(response)
  if (typeof value === 'string') return true
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value === undefined && response.body !== ''
  const names = Object.keys(value)
  const known = new Set(grantedShape.split(/[^\w$-]+/))
  return names.length > 0 && names.every((name) => !known.has(name))
}
