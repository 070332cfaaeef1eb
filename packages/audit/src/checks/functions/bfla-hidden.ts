import type { Case, ProbeCheck } from '../../check.ts'
import { fieldValues } from '../../exchange.ts'
import type { AuditOperation } from '../../operation.ts'
import type { Planning, Run } from '../../run.ts'
import type { Verdict } from '../../verdict.ts'
import { statusOf } from '../answers.ts'
import { ruleOf } from '../rules.ts'

export const bflaHidden: ProbeCheck = {
  kind: 'probe',
  mode: 'safe',
  rule: ruleOf('BFLA-HIDDEN'),
  plan: (planning) => {
    const paths = new Map<string, AuditOperation>()
    // Where everything is public there is nothing to hide.
    for (const operation of planning.operations)
      if (operation.neverTouch === undefined && !paths.has(operation.path) && planning.expect(operation, planning.nobody).class !== 'granted')
        paths.set(operation.path, operation)
    return [...paths.values()].filter(({ path }) => !describes(planning, path, 'GET')).map(hiddenCase)
  },
}

function describes({ operations }: Pick<Planning, 'operations'>, path: string, method: string): boolean {
  return operations.some((operation) => operation.path === path && operation.method === method)
}

function hiddenCase(operation: AuditOperation): Case {
  const { path } = operation
  return {
    key: `OPTIONS ${path}`,
    operation,
    persona: 'nobody',
    sends: [`OPTIONS ${path} as nobody`, `GET ${path} as nobody, if it is named there`],
    risk: 40,
    try: async (run) => tryHidden(operation, run),
  }
}

async function tryHidden(operation: AuditOperation, run: Run): Promise<Verdict> {
  const entitled = run.personas.find((persona) => persona.principal !== undefined && run.expect(operation, persona, 'own').class === 'granted')
  const built = entitled && run.build(operation, entitled)
  if (built?.request === undefined) return { level: 'not-tested', why: built?.missing ?? 'nobody may call what is described at this path' }
  const { target } = built.request
  const options = await run.send({ method: 'OPTIONS', target, fields: [] }, run.nobody)
  const allow = options.response === undefined ? [] : fieldValues(options.response, 'allow')
  if (allow.length === 0) return { level: 'not-tested', why: 'OPTIONS does not name the methods of the path' }
  const methods = allow
    .join(',')
    .split(',')
    .map((method) => method.trim().toUpperCase())
  if (!methods.includes('GET')) return { level: 'passed' }
  const get: AuditOperation = { ...operation, method: 'GET', key: `GET ${operation.path}` }
  const exchange = await run.send({ method: 'GET', target, fields: [['Accept', 'application/json, */*;q=0.5']] }, run.nobody)
  if (run.observe(exchange, get).class !== 'granted' || exchange.response?.body === '') return { level: 'passed' }
  return {
    level: 'strong',
    message: `GET ${operation.path} is not described, and answers without credentials`,
    expected: '401, 404, or 405',
    observed: statusOf(exchange),
    evidence: [options, exchange],
    cause: get.key,
  }
}
