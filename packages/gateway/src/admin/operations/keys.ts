import type { Store } from '../../store/store.ts'
import { NEW_KEY, pageOf, ROTATION } from '../input.ts'
import { operation, operationWith, type Operations } from '../operation.ts'
import { json, problem, type Reply } from '../reply.ts'

export function keyOperations({ keys }: Store): Operations {
  return {
    listKeys: operation(
      async ({ query }) => json(200, await keys.list({ ...pageOf(query), ...(query['subject'] === undefined ? {} : { subject: query['subject'] }) })),
      ['after', 'limit', 'subject'],
    ),
    createKey: operationWith(NEW_KEY, async ({ body: { label, expires, ...key }, actor }) =>
      json(201, await keys.create({ ...key, ...(label === undefined ? {} : { label }), ...(expires === undefined ? {} : { expires }) }, actor)),
    ),
    getKey: operation(async ({ params }) => found(await keys.get(params['id'] ?? ''))),
    rotateKey: operationWith(ROTATION, async ({ params, body, actor }) => {
      const id = params['id'] ?? ''
      const made = await keys.rotate(id, body.overlap, actor)
      if (made !== undefined) return json(201, made)
      return (await keys.get(id)) === undefined ? unknownKey() : problem('conflict', { detail: 'the key is expired or revoked; create a new one instead' })
    }),
    revokeKey: operation(async ({ params, actor }) => found(await keys.revoke(params['id'] ?? '', actor))),
  }
}

function found(record: unknown): Reply {
  return record === undefined ? unknownKey() : json(200, record)
}

function unknownKey(): Reply {
  return problem('not-found', { detail: 'there is no key with this id; an id is all of a key before its second `_`' })
}
