import type { ProbeCheck } from '../check.ts'
import type { AuditRequest } from '../exchange.ts'
import type { Observation } from '../observation.ts'
import type { CredentialKind } from '../persona.ts'
import type { Mode, Severity } from '../rule.ts'
import type { Planning, Run } from '../run.ts'
import type { Verdict } from '../verdict.ts'
import { footingOf, guardsOf, isVerdict, sendBare, whyMeaningless, type Footing, type Way } from './attack.ts'
import { notTested, PASSED, seen } from './asked.ts'
import { likeness } from './nobody/likeness.ts'
import { ruleOf, type RuleId } from './rules.ts'

/** One request with something wrong about its credentials. */
export interface Attempt {
  /** `with an empty token`. */
  readonly name: string
  readonly request: AuditRequest
}

/** What is wrong about an answer, other than that it is a grant. */
export interface Fault {
  readonly says: string
  readonly severity?: Severity
  readonly level?: 'strong' | 'suspected'
}

export interface Probing {
  /** How much is at stake, 0 to 100. */
  readonly risk: number
  readonly mode?: Mode
  /** Where it is tried: by default once for each guard. */
  readonly ways?: (planning: Planning) => readonly Way[]
  /** With which credentials it can be tried. */
  readonly kinds?: readonly CredentialKind[]
  /** What is sent; a text says why nothing can be. */
  readonly attempts: (footing: Footing, run: Run) => readonly Attempt[] | string | Promise<readonly Attempt[] | string>
  /** What is wrong about an answer that grants nothing. */
  readonly fault?: (observed: Observation) => Fault | undefined
  /** Where a grant is what is tried for, so that random credentials are no control. */
  readonly uncontrolled?: boolean
  /** What the attempts are, for the plan. */
  readonly sends: string
  /** What a grant means, after the operation: `lets in`. */
  readonly accepts?: string
}

/** A check that sends bad credentials where good ones were let in, and finds that they are let in, too. */
export function credentialProbe(id: RuleId, probing: Probing): ProbeCheck {
  const { risk, mode = 'safe', ways = guardsOf, sends } = probing
  return {
    kind: 'probe',
    rule: ruleOf(id),
    mode,
    plan: (planning) =>
      ways(planning).map((way) => ({
        key: `${way.operation.key} ${way.persona.name}`,
        operation: way.operation,
        persona: way.persona.name,
        sends: [`${way.operation.key} ${sends}`],
        risk,
        try: async (run) => tryAll(way, probing, run),
      })),
  }
}

async function tryAll(way: Way, probing: Probing, run: Run): Promise<Verdict> {
  const { kinds, attempts: attemptsFor, uncontrolled = false } = probing
  const footing = await footingOf(way, run)
  if (isVerdict(footing)) return footing
  if (kinds !== undefined && !kinds.includes(footing.credentials.kind)) return notTested(`${way.persona.name} has other credentials than ${kinds.join(' or ')}`)
  const attempts = await attemptsFor(footing, run)
  if (typeof attempts === 'string') return notTested(attempts)
  for (const attempt of attempts) {
    const observed = await sendBare(attempt.request, way.operation, run)
    if (observed.class === 'granted') {
      if (isOpenInFact(way, run)) return notTested('nobody is let in here without credentials, too, so bad ones prove nothing')
      const meaningless = uncontrolled ? undefined : await whyMeaningless(way.operation, run)
      return meaningless === undefined ? accepted(attempt, observed, { footing, probing }) : notTested(meaningless)
    }
    const fault = probing.fault?.(observed)
    if (fault !== undefined) return faulty(attempt, observed, { footing, fault })
  }
  return PASSED
}

/** Whether nobody was let in: that is a finding of another kind, or no finding at all. */
function isOpenInFact({ operation }: Way, { cells, nobody }: Run): boolean {
  return cells.some((cell) => cell.operation.key === operation.key && cell.persona.name === nobody.name && cell.observed?.class === 'granted')
}

interface Tried {
  readonly footing: Footing
  readonly probing: Probing
}

function accepted({ name }: Attempt, observed: Observation, { footing, probing }: Tried): Verdict {
  const { granted, operation } = footing
  const { response } = observed.exchange
  const same = response !== undefined && likeness(response, granted.response) === 'same'
  return {
    level: same ? 'proven' : 'strong',
    message: `${operation.key} ${probing.accepts ?? 'lets in'} ${name}`,
    expected: 'a refusal',
    observed: seen(observed),
    evidence: [granted.observed.exchange, observed.exchange],
    cause: name,
  }
}

function faulty({ name }: Attempt, observed: Observation, { footing, fault }: { readonly footing: Footing; readonly fault: Fault }): Verdict {
  const { granted, operation } = footing
  return {
    level: fault.level ?? 'strong',
    message: `${operation.key} ${fault.says} ${name}`,
    expected: '401, or 400',
    observed: seen(observed),
    evidence: [granted.observed.exchange, observed.exchange],
    cause: fault.says,
    ...(fault.severity === undefined ? {} : { severity: fault.severity }),
  }
}

/** A failure of the server as the answer to bad credentials. */
export function failure(severity: Severity): (observed: Observation) => Fault | undefined {
  return ({ class: answer, exchange }) => (answer === 'broken' && exchange.response !== undefined ? { says: 'fails', severity } : undefined)
}
