import { createHash } from 'node:crypto'
import type { Exchange } from '../exchange.ts'
import type { Baseline } from '../observe/calibrate.ts'
import { jsonOf, shapeOf } from '../observe/fingerprint.ts'
import type { AuditOperation } from '../operation.ts'
import { PersonaError, type Persona } from '../persona.ts'
import type { Run } from '../run.ts'

/** What is known of a persona before it is used. */
export interface Identity {
  readonly persona: Persona
  /** Why it cannot be used. */
  readonly refused?: string
  /** What it was let in to and nobody is. */
  readonly baseline?: Baseline
  /** Worth knowing. */
  readonly note?: string
}

/** Operations that are tried for one persona. */
const CANDIDATES = 4

/** Finds out whether a persona's credentials are accepted at all, by the cheapest requests that tell. */
export async function identify(persona: Persona, run: Run, anonymous: (operation: AuditOperation) => Promise<Exchange | undefined>): Promise<Identity> {
  try {
    await persona.credentials()
  } catch (error) {
    if (error instanceof PersonaError) return { persona, refused: error.message }
    throw error
  }
  // Who is locked is let in nowhere, and that is what is to be shown.
  if (persona.state !== undefined) return { persona }
  const answers: string[] = []
  const asked: string[] = []
  let accepted = false
  for (const operation of candidates(persona, run).slice(0, CANDIDATES)) {
    const built = run.build(operation, persona)
    if (built.request === undefined) continue
    const granted = await run.send(built.request, persona)
    const { class: seen } = run.observe(granted, operation)
    const answer = `${operation.key}: ${granted.response?.status ?? granted.failure}`
    answers.push(answer)
    if (seen === 'denied-auth' && run.expect(operation, run.nobody).class !== 'granted') asked.push(answer)
    if (seen !== 'granted') continue
    const without = await anonymous(operation)
    // Where both are 2xx, calibration finds out whether the other form is a refusal.
    if (without !== undefined && (run.observe(without, operation).class !== 'granted' || !sameShape(without, granted)))
      return { persona, baseline: { operation, persona, granted } }
    accepted = true
  }
  // What lets everybody in does not speak for credentials that were refused elsewhere.
  if (asked.length > 0) return { persona, refused: `its credentials are refused where they should be accepted (${asked.join(', ')})` }
  if (accepted)
    return { persona, note: `every operation that ${persona.name} was let in to lets nobody in, too, so it cannot be told whether the credentials are good` }
  if (answers.length === 0)
    return { persona, note: `nothing that ${persona.name} may read can be called, so it cannot be told whether the credentials are good` }
  return { persona, refused: `its credentials are refused where they should be accepted (${answers.join(', ')})` }
}

/** What the persona may read: first what nobody may, then who-am-I, then what needs no object. */
function candidates(persona: Persona, run: Run): readonly AuditOperation[] {
  const open = (operation: AuditOperation): number => (run.expect(operation, run.nobody).class === 'granted' ? 1 : 0)
  const rank = (operation: AuditOperation): number => open(operation) * 1000 + (isWhoAmI(operation) ? 0 : 100) + (operation.path.split('{').length - 1) * 10
  const may = run.operations.filter(
    (operation) =>
      operation.method === 'GET' && operation.neverTouch === undefined && run.expect(operation, persona, relationOf(operation)).class === 'granted',
  )
  return may.sort((a, b) => rank(a) - rank(b))
}

function relationOf({ path }: AuditOperation): 'own' | 'none' {
  return path.includes('{') ? 'own' : 'none'
}

/** Whether an operation answers who the caller is. */
export function isWhoAmI({ path }: Pick<AuditOperation, 'path'>): boolean {
  return /\/(me|self|whoami|who-am-i|userinfo|profile|current|current-user|account)$/i.test(path)
}

function sameShape(a: Exchange, b: Exchange): boolean {
  return a.response !== undefined && b.response !== undefined && shapeOf(a.response) === shapeOf(b.response)
}

/** Personas who are the same for the target: by their secret, or by what it says of who they are. Answers who repeats whom. */
export async function twins(identities: readonly Identity[]): Promise<ReadonlyMap<string, string>> {
  const seen = new Map<string, string>()
  const found = new Map<string, string>()
  for (const { persona, refused, baseline } of identities) {
    if (refused !== undefined) continue
    const credentials = await persona.credentials()
    const secret = credentials === undefined || credentials.value === '' ? [] : [`secret ${createHash('sha256').update(credentials.value).digest('hex')}`]
    const answer = baseline !== undefined && isWhoAmI(baseline.operation) ? baseline.granted.response : undefined
    const self = answer === undefined ? undefined : jsonOf(answer)
    for (const sign of [...secret, ...(self === undefined ? [] : [`self ${baseline?.operation.key} ${JSON.stringify(self)}`])]) {
      const other = seen.get(sign)
      if (other === undefined) seen.set(sign, persona.name)
      else found.set(persona.name, other)
    }
  }
  return found
}
