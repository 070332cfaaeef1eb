import type { AcceptedDeviation, AuditConfig } from '../config/config.ts'
import { NOBODY } from '../persona.ts'
import type { Judged } from './verdicts.ts'

/** What somebody has accepted and still stands on a day; and what has run out, to be said. */
export interface Acceptance {
  acceptedBy(judged: Pick<Judged, 'rule' | 'operation'>): AcceptedDeviation | undefined
  readonly expired: readonly string[]
}

/** The accepted deviations on a day such as `2026-11-24`; each counts to the end of its last day. */
export function acceptanceOn(today: string, { accepted }: Pick<AuditConfig, 'accepted'>): Acceptance {
  const stands = ({ until }: AcceptedDeviation): boolean => until === undefined || until >= today
  return {
    acceptedBy: ({ rule, operation }) => accepted.filter(stands).find((one) => one.check === rule.id && names(one.operation, operation?.key ?? '')),
    expired: accepted
      .filter((one) => !stands(one))
      .map(({ check, operation, owner, until }) => `what ${owner} had accepted of ${check} at \`${operation}\` ended on ${until}, so it counts again`),
  }
}

/** Whether a pattern such as `GET /orders/*` names an operation; of a whole document the operation is empty. */
function names(pattern: string, key: string): boolean {
  const parts = pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, String.raw`\$&`))
  return new RegExp(`^${parts.join('.*')}$`).test(key)
}

/** The kinds of persona whose deviations are told apart in fingerprints. */
export function kindOfPersona(name: string): 'nobody' | 'somebody' {
  return name === NOBODY ? 'nobody' : 'somebody'
}
