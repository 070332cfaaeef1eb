import type { Case, ProbeCheck } from '../../check.ts'
import { jsonOf, membersOf, nameOf } from '../../objects/members.ts'
import type { AuditOperation } from '../../operation.ts'
import { basePathOf } from '../../operations.ts'
import type { Planning, Run } from '../../run.ts'
import type { Verdict } from '../../verdict.ts'
import type { Exchange } from '../../exchange.ts'
import { statusOf } from '../answers.ts'
import { ruleOf } from '../rules.ts'

export const bflaOldversion: ProbeCheck = {
  kind: 'probe',
  mode: 'safe',
  rule: ruleOf('BFLA-OLDVERSION'),
  plan: (planning) =>
    planning.operations
      .filter((operation) => operation.method === 'GET' && !operation.path.includes('{') && operation.neverTouch === undefined)
      .filter((operation) => planning.expect(operation, planning.nobody).class !== 'granted')
      .slice(0, MOST)
      .map((operation) => versionCase(operation, planning)),
}

/** Operations of which siblings are looked for. */
const MOST = 5
/** What stands before paths that few should know. */
const PREFIXES = ['v0', 'v1', 'v2', 'internal', 'debug', 'beta', 'old']

function versionCase(operation: AuditOperation, planning: Planning): Case {
  const siblings = siblingsOf(operation, planning)
  return {
    key: `siblings of ${operation.key}`,
    operation,
    persona: 'nobody',
    sends: siblings.map((path) => `GET ${path} as nobody`),
    risk: 38,
    try: async (run) => trySiblings(operation, siblings, run),
  }
}

/** Paths with another version, or with one before them; none that is described. */
function siblingsOf({ path }: AuditOperation, { operations, config }: Planning): readonly string[] {
  const base = basePathOf(config)
  const rest = path.slice(base.length)
  const version = /\/v(\d+)(?=\/)/.exec(path)
  const others =
    version === null
      ? PREFIXES.map((prefix) => `${base}/${prefix}${rest}`)
      : versionsBeside(Number(version[1])).map((one) => path.replace(version[0], `/${one}`))
  return others.filter((other) => !operations.some((operation) => operation.path === other))
}

function versionsBeside(version: number): readonly string[] {
  const numbers = Array.from({ length: Math.min(version + 2, PREFIXES.length) }, (_, index) => version + 1 - index)
  return [...numbers.filter((one) => one >= 0 && one !== version).map((one) => `v${one}`), 'internal', 'beta']
}

async function trySiblings(operation: AuditOperation, siblings: readonly string[], run: Run): Promise<Verdict> {
  const granted = run.personas.flatMap((persona) => {
    const observed = run.cell(operation, persona)?.observed
    return persona.principal !== undefined && observed?.class === 'granted' ? [namesIn(observed.exchange)] : []
  })
  if (granted.length === 0) return { level: 'not-tested', why: 'nobody was let in to the described path, so its siblings cannot be compared with it' }
  for (const target of siblings) {
    const exchange = await run.send({ method: 'GET', target, fields: [['Accept', 'application/json, */*;q=0.5']] }, run.nobody)
    const { response } = exchange
    if (response === undefined || response.status >= 300 || !granted.some((names) => isLike(namesIn(exchange), names))) continue
    return {
      level: 'strong',
      message: `${target} answers without credentials with what ${operation.key} shows only to those who may`,
      expected: '401, or 404',
      observed: statusOf(exchange),
      evidence: [exchange],
      cause: target.slice(0, target.indexOf('/', 1)),
    }
  }
  return { level: 'passed' }
}

function namesIn(exchange: Exchange): ReadonlySet<string> {
  return new Set([...membersOf(jsonOf(exchange)).keys()].map(nameOf).filter((name) => name !== ''))
}

/** Whether most members of one are those of the other: versions differ in some. */
function isLike(one: ReadonlySet<string>, other: ReadonlySet<string>): boolean {
  const common = [...one].filter((name) => other.has(name)).length
  return common > 0 && common * 2 > Math.max(one.size, other.size)
}
