import { createServer, type RequestListener } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import { serve } from '@hono/node-server'
import { anyone, authenticated, type Guard, type Principal } from 'countersign'
import { deferContinue, protectWith } from 'countersign/node'
import { expectSame } from './expect-type.ts'

interface Employee extends Principal<{ readonly department: string }> {
  readonly scheme: 'Bearer'
}

export function buildServer(guard: Guard) {
  const protect = protectWith(guard)
  const listener: RequestListener = protect(authenticated(), (_req, res, { principal }) => {
    expectSame<typeof principal, Principal>(true)
    res.end(principal.subject)
  })
  protect(anyone(), (_req, res, { principal }) => {
    // @ts-expect-error behind anyone() there may be no principal
    res.end(principal.subject)
  })
  deferContinue(createSecureServer({}, listener)).listen(8443)
  deferContinue(serve({ fetch: () => new Response() })).close()
  return deferContinue(createServer(listener)).listen(8080)
}

export function buildOwn(guard: Guard<Employee>) {
  return protectWith(guard)(authenticated(), (_req, res, { principal }) => {
    // The principal type of the guard's schemes reaches the handler.
    expectSame<typeof principal.claims.department, string>(true)
    res.end(principal.claims.department)
  })
}
