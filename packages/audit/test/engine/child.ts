// A run in a process of its own, which others kill. What it is to do comes as JSON on the command line.
import { runAudit } from '../../src/audit.ts'
import type { ProbeCheck } from '../../src/check.ts'
import type { AuditConfig } from '../../src/config/config.ts'
import type { Persona } from '../../src/persona.ts'

/** What a child is told. */
export interface Orders {
  readonly config: AuditConfig
  readonly journal: string
  readonly personas: readonly (Pick<Persona, 'name' | 'principal' | 'caretaker'> & { readonly token: string })[]
}

export function personasFrom({ personas }: Pick<Orders, 'personas'>): readonly Persona[] {
  return personas.map(({ token, ...persona }) => ({
    ...persona,
    credentials: async () => ({ kind: 'bearer', fields: [['Authorization', `Bearer ${token}`]], value: token }),
    renew: () => undefined,
    authorize: async (request, { fields }) => ({ ...request, fields: [...request.fields, ...fields] }),
  }))
}

/** More than are kept at one control. */
export const CASES = 24

/** Makes an object for each case, changes it, and leaves it to the run to remove it. */
export const throwing: ProbeCheck = {
  kind: 'probe',
  mode: 'writes',
  rule: { id: 'THROWS', title: 'makes and changes objects', severity: 'info', why: '', fix: '' },
  plan: () =>
    Array.from({ length: CASES }, (_, index) => ({
      key: `object ${index}`,
      persona: 'alice',
      sends: [`PUT /orders/{id} ${index}`],
      risk: 10,
      try: async (run) => {
        const owner = run.personas.find(({ name }) => name === 'alice')
        const resource = run.objects.resources.find(({ item }) => item === '/orders/{id}')
        if (owner === undefined || resource?.replace === undefined) return { level: 'not-tested', why: 'the target has no orders' }
        const object = await run.objects.throwAway(resource, owner, run)
        const built = object && run.build(resource.replace, owner, { values: object.values })
        if (built?.request === undefined) return { level: 'not-tested', why: 'no object' }
        await run.send(built.request, owner)
        return { level: 'passed' }
      },
    })),
}

const [, , written] = process.argv
if (written?.startsWith('{') === true) {
  const orders = JSON.parse(written) as Orders
  await runAudit({ config: orders.config, personas: personasFrom(orders), checks: [throwing], mode: 'writes', journal: orders.journal })
}
