import type { Store } from '../../store/store.ts'
import { pageOf, PASSWORD, PRINCIPAL, REVOCATION } from '../input.ts'
import { operation, operationWith, type Operations } from '../operation.ts'
import { json, NO_CONTENT, problem, type Reply } from '../reply.ts'

const PAGE = ['after', 'limit']

/** Passwords, principals and revocations: what is known of parties. */
export function partyOperations(store: Store, now: () => number): Operations {
  return { ...passwordOperations(store), ...principalOperations(store), ...revocationOperations(store, now) }
}

function passwordOperations({ passwords }: Store): Operations {
  return {
    listPasswords: operation(async ({ query }) => json(200, await passwords.list(pageOf(query))), PAGE),
    setPassword: operationWith(PASSWORD, async ({ params, body, actor }) => {
      await passwords.set(params['user'] ?? '', body.password, actor)
      return NO_CONTENT
    }),
    removePassword: operation(async ({ params, actor }) =>
      (await passwords.remove(params['user'] ?? '', actor)) ? NO_CONTENT : unknown('there is no password under this name'),
    ),
  }
}

function principalOperations({ principals }: Store): Operations {
  return {
    listPrincipals: operation(async ({ query }) => json(200, await principals.list(pageOf(query))), PAGE),
    getPrincipal: operation(async ({ params }) => {
      const record = await principals.get(params['subject'] ?? '')
      return record === undefined ? unknown('nothing is known of this subject') : json(200, record)
    }),
    putPrincipal: operationWith(PRINCIPAL, async ({ params, body, actor }) =>
      json(200, await principals.put({ subject: params['subject'] ?? '', ...body }, actor)),
    ),
    removePrincipal: operation(async ({ params, actor }) =>
      (await principals.remove(params['subject'] ?? '', actor)) ? NO_CONTENT : unknown('nothing is known of this subject'),
    ),
  }
}

function revocationOperations({ revocations }: Store, now: () => number): Operations {
  return {
    listRevocations: operation(async ({ query }) => json(200, await revocations.list(pageOf(query))), PAGE),
    revoke: operationWith(REVOCATION, async ({ body, actor }) => {
      if (body.type === 'token') {
        await revocations.revokeToken(body.jti, body.until, actor)
        return json(201, body)
      }
      // One second ahead: `iat` counts whole seconds, and a token of this second is meant as well.
      const { subject, notBefore = Math.floor(now()) + 1 } = body
      await revocations.revokeSubject(subject, notBefore, actor)
      return json(201, { type: 'subject', subject, notBefore })
    }),
  }
}

function unknown(detail: string): Reply {
  return problem('not-found', { detail })
}
