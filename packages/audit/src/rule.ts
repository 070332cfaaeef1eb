/** How bad it is if it is true; the order is that of the list. */
export const SEVERITIES = ['info', 'low', 'medium', 'high', 'critical'] as const

export type Severity = (typeof SEVERITIES)[number]

/** What a run may do to its target; each mode may do all that those before it may. */
export const MODES = ['plan', 'safe', 'writes', 'full'] as const

export type Mode = (typeof MODES)[number]

/** What the OWASP API Security Top 10 of 2023 calls it. */
export type Owasp = 'API1' | 'API2' | 'API3' | 'API4' | 'API5' | 'API6' | 'API7' | 'API8' | 'API9' | 'API10'

/** What can be wrong, as reports explain it. */
export interface Rule {
  /** Stable, such as `AUTH-OPEN`. */
  readonly id: string
  /** What is wrong, in a few words: `answers without credentials`. */
  readonly title: string
  /** Unless a verdict says otherwise. */
  readonly severity: Severity
  readonly cwe?: readonly number[]
  readonly owasp?: readonly Owasp[]
  /** Why it matters, in one or two sentences. */
  readonly why: string
  /** What to do about it, in one or two sentences. */
  readonly fix: string
  /** The section that says so: `RFC 9110 section 15.5.2`. */
  readonly reference?: string
}

/** Whether one mode may do what another one asks for. */
export function allows(mode: Mode, needed: Mode): boolean {
  return MODES.indexOf(mode) >= MODES.indexOf(needed)
}
