import type { Case, ProbeCheck } from '../../check.ts'
import type { AuditOperation } from '../../operation.ts'
import type { Run } from '../../run.ts'
import type { Verdict } from '../../verdict.ts'
import { entitledTo, inconclusive, NO_BASELINE, notTested, PASSED, seen } from '../asked.ts'
import { protectedReads } from '../attack.ts'
import { ruleOf } from '../rules.ts'

/** Methods that an API does not have: one that nobody defined, and one that some servers refuse to read otherwise (RFC 3253 section 3.6). */
const UNKNOWN = ['COUNTERSIGN', 'REPORT']

/** Asks as nobody with HEAD, and with a method that does not exist, where GET is refused. */
export const authMethodGap: ProbeCheck = {
  kind: 'probe',
  rule: ruleOf('AUTH-METHOD-GAP'),
  mode: 'safe',
  plan: (planning) => {
    const paths = new Map(protectedReads(planning).map((operation) => [operation.path, operation]))
    return [...paths.values()].flatMap((operation): readonly Case[] => [
      { ...caseOf(operation, 'HEAD', planning.nobody.name), risk: 72 },
      // What a server does with a method that it does not know is not known: it may change something.
      ...UNKNOWN.map((method): Case => ({ ...caseOf(operation, method, planning.nobody.name), risk: 50, mode: 'writes' })),
    ])
  },
}

function caseOf(operation: AuditOperation, method: string, persona: string): Omit<Case, 'risk'> {
  return {
    key: `${method} ${operation.path}`,
    operation,
    persona,
    sends: [`${method} ${operation.path} without credentials`],
    try: async (run) => tryMethod(operation, method, run),
  }
}

async function tryMethod(operation: AuditOperation, method: string, run: Run): Promise<Verdict> {
  const plain = run.cell(operation, run.nobody)?.observed
  if (plain === undefined) return notTested('GET was not asked')
  if (plain.class === 'granted') return notTested('GET answers without credentials, which is a finding of its own')
  const entitled = entitledTo(operation, run)
  const built = run.build(operation, run.nobody)
  if (entitled === undefined || built.request === undefined) return inconclusive(NO_BASELINE)
  const observed = run.observe(await run.send({ ...built.request, method }, run.nobody), { ...operation, method })
  const status = observed.exchange.response?.status ?? 0
  if (status < 200 || status >= 300) return PASSED
  return {
    level: 'strong',
    message: `${operation.path} refuses GET without credentials, and grants ${method}`,
    expected: seen(plain),
    observed: seen(observed),
    evidence: [plain.exchange, observed.exchange],
    cause: method,
  }
}
