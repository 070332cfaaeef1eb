import { askedSetup, guessedAtSetup } from '../gateway/configurations.ts'
import { asking, type Asker } from '../fixtures/sub-request.ts'
import { token } from '../fixtures/world.ts'
import { basicly, bearer, request, signed, type Rows, type Sent, type Site, type Stage, type Values, type Variant } from '../situations.ts'
import { rowOf } from '../table.ts'
import { valuesOf, type Received } from '../wire.ts'

const askedSite: Site = { name: 'a proxy that asks', gateway: askedSetup }

/** A denial, with the row that says what it is. */
interface Denied {
  readonly row: string
  readonly send: (stage: Stage) => Sent | Promise<Sent>
  /** What the proxy does not say. */
  readonly without?: 'uri'
  readonly more?: Partial<Variant>
}

const fromUnreachable = bearer((world, { site: { keys } }) => token({ ...world, issuer: keys ?? world.issuer }))

/** What a proxy is told, beside 429. */
const DENIALS: readonly Denied[] = [
  { row: 'no-credentials-bearer', send: () => request() },
  { row: 'token-empty', send: () => request({ fields: [['Authorization', 'Bearer ']] }), more: { reason: 'credentials-malformed' } },
  { row: 'path-ambiguous', send: signed({}, { path: '//orders/1' }) },
  { row: 'lacks-role', send: signed({}, { path: '/admin/1' }) },
  {
    row: 'insufficient-scope',
    send: signed({ claims: { scope: 'orders:read' } }, { path: '/scoped/1' }),
    more: { reason: 'scope-missing', values: { scope: 'orders:read orders:write' }, members: { required_scopes: ['orders:read', 'orders:write'] } },
  },
  { row: 'unknown-route-authenticated', send: signed({}, { path: '/nowhere' }) },
  { row: 'jwks-unreachable', send: fromUnreachable, more: { values: { seconds: '5' } } },
]

/** Three wrong passwords, each of which the proxy asks about. */
function guessedAt(asker: Asker): Denied {
  const name = `olga-at-${asker}`
  return {
    row: 'too-many-failed-attempts',
    send: () => basicly(name, 'wrong'),
    more: {
      site: { name: `guessing behind ${asker}`, gateway: guessedAtSetup },
      before: async (stage) => {
        for (let attempt = 0; attempt < 3; attempt++) await stage.send(asking(asker, basicly(name, `guess ${attempt}`)))
      },
      read: waiting,
      notHead: 'the seconds of the answer go on',
    },
  }
}

function waiting(received: Received): Values {
  const [seconds = ''] = valuesOf(received, 'retry-after')
  if (!/^(?:1000|9\d\d)$/.test(seconds)) throw new Error(`Retry-After is \`${seconds}\`; a block of 1000 seconds has begun`)
  return { seconds }
}

/** The answer of the denial's own row, with the status that this proxy can carry. */
function told(asker: Asker, { row, send, without, more = {} }: Denied, status: number = rowOf(row).status): Variant {
  const { status: said, problem } = rowOf(row)
  return {
    name: `${asker}: ${row}`,
    site: askedSite,
    send: async (stage) => asking(asker, await send(stage), without),
    as: row,
    ...(asker === 'nginx' ? { notHead: 'the id of the decision is in a field as well' } : {}),
    ...more,
    alternative: { status, problem: problem ?? undefined },
    members: { status: said, ...more.members },
    values: { true_status: String(said), ...more.values },
  }
}

/** With an answer for every denial of the list whose status the row allows. */
const whole = (asker: Asker, statuses: readonly number[]): readonly Variant[] =>
  [...DENIALS, guessedAt(asker)].filter(({ row }) => statuses.includes(rowOf(row).status)).map((denied) => told(asker, denied))

function passing(asker: Asker): Variant {
  return {
    name: `${asker}: exactly 200, and who the caller is`,
    site: askedSite,
    send: async (stage) => asking(asker, await signed()(stage)),
    passes: true,
    after: (_, received) => (valuesOf(received, 'x-countersign-subject').join() === 'olga' ? [] : ['the caller is not named']),
  }
}

const lacking = (asker: Asker, what: 'method' | 'uri'): Variant => ({
  name: `${asker} without the ${what}`,
  site: askedSite,
  send: async (stage) => asking(asker, await signed()(stage), what),
})

/** nginx with `auth_request` carries 401 and 403; what it should have been is in a field. */
const NGINX = (row: string): number => (rowOf(row).status === 401 ? 401 : 403)

/** L. Proxies that ask for the decision alone. */
export const forwardAuthRows: Rows = {
  'forward-auth-nginx': [
    passing('nginx'),
    ...[...DENIALS, guessedAt('nginx')].map((denied) => told('nginx', denied, NGINX(denied.row))),
    told('nginx', { row: 'forward-auth-no-original', send: signed(), without: 'uri' }, 403),
  ],
  'forward-auth-traefik-caddy': (['caddy', 'traefik', 'haproxy', 'nginx-accel', 'apisix'] as const).flatMap((asker) => [
    passing(asker),
    ...whole(asker, [400, 401, 403, 404, 429, 503]),
  ]),
  'forward-auth-envoy': [passing('envoy'), ...whole('envoy', [401, 403, 503])],
  'forward-auth-no-original': [
    ...(['caddy', 'traefik', 'haproxy', 'nginx-accel', 'apisix'] as const).flatMap((asker) => [lacking(asker, 'method'), lacking(asker, 'uri')]),
    lacking('envoy', 'uri'),
  ],
}
