import { apiKey, basic, bearerOpaque, createGuard, type RequestView } from 'countersign'
import { describe, expect, it } from 'vitest'
import type { PersonaConfig } from '../../src/config/config.ts'
import { explain } from '../../src/review/explain.ts'
import { CONFIG, ORDERS, policyOf } from './fixture.ts'

// What a review says has to be what the guard does, so the guard is asked with real credentials.
const PEOPLE: Readonly<Record<string, PersonaConfig>> = {
  ...CONFIG.personas,
  clerk: { scheme: 'basic', subject: 'clerk', roles: ['admin'], scopes: [] },
  strong: { scheme: 'bearer', subject: 'strong', roles: ['admin'], scopes: ['orders:write'], acr: 'gold', loggedInFor: 10 },
}

const ROUTES = [
  ...ORDERS,
  { path: '/strong', acr: ['gold'], recent: 60 },
  { path: '/passwords', schemes: ['basic'], roles: ['admin'] },
  { path: '/keys', schemes: ['apiKey', 'basic'] },
  { path: '/bound', bound: true },
  { path: '/hidden', roles: ['admin'], unprobeable: true },
  { path: '/own/{id}', owner: 'id', scopes: ['orders:read'] },
] as const

function known(name: string) {
  const persona = PEOPLE[name]
  if (persona === undefined) return undefined
  const { subject, roles, scopes, acr, loggedInFor } = persona
  const authTime = loggedInFor === undefined ? undefined : Date.now() / 1000 - loggedInFor
  const assurance = { ...(acr === undefined ? {} : { acr }), ...(authTime === undefined ? {} : { authTime }) }
  return { subject, roles, scopes, ...(loggedInFor === undefined ? {} : { assurance }) }
}

const guard = createGuard({
  realm: CONFIG.realm,
  schemes: [bearerOpaque({ verify: known }), basic({ verify: (user) => known(user) }), apiKey({ header: 'x-api-key', verify: known })],
})

function fieldsOf(name: string): Readonly<Record<string, string>> {
  switch (PEOPLE[name]?.scheme) {
    case 'bearer':
      return { authorization: `Bearer ${name}` }
    case 'basic':
      return { authorization: `Basic ${btoa(`${name}:x`)}` }
    case 'apiKey':
      return { 'x-api-key': name }
    default:
      return {}
  }
}

describe('a review and the guard', () => {
  const policy = policyOf({ routes: ROUTES })
  const cases = policy.routes.flatMap((route) => Object.keys(PEOPLE).flatMap((name) => ['olga', '1'].map((id) => ({ route, name, id }))))

  it.each(cases)('agree on $route.method $route.template as $name, id $id', async ({ route, name, id }) => {
    const path = route.template.replace('{id}', id)
    const account = await explain(policy, CONFIG, {
      method: route.method,
      url: path,
      persona: { name, config: PEOPLE[name] ?? { subject: '', roles: [], scopes: [] } },
    })
    const fields = fieldsOf(name)
    const view: RequestView = {
      method: route.method,
      url: new URL(path, 'https://any.example'),
      params: { id },
      field: (field) => (fields[field] === undefined ? [] : [fields[field]]),
    }
    const passage = await guard.gate(route.requirement)(view)
    const wire = passage.pass ? { status: 200, fields: [] } : { status: passage.answer.status, fields: passage.answer.fields }
    expect({ status: account.answer.status, fields: account.answer.fields }).toEqual(wire)
  })
})
