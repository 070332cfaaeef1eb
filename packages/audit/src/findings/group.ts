import { createHash } from 'node:crypto'
import type { Finding, Occurrence, Untested } from '../report/report.ts'
import { SEVERITIES, type Severity } from '../rule.ts'
import { LEVELS, type Deviation, type Level } from '../verdict.ts'
import { kindOfPersona, type Acceptance } from './accept.ts'
import { causeIn } from './judge-cells.ts'
import { deviationsIn, type Judged } from './verdicts.ts'

/** Deviations of one rule with one cause, as one finding each, worst first; those that somebody has accepted apart from the others. */
export function groupFindings(judged: readonly Judged[], { acceptedBy }: Pick<Acceptance, 'acceptedBy'>): readonly Finding[] {
  const groups = new Map<string, (Judged & { readonly verdict: Deviation })[]>()
  for (const one of deviationsIn(judged)) {
    const key = JSON.stringify([one.rule.id, causeIn(one.verdict), severityOf(one), acceptedBy(one) ?? null])
    groups.set(key, [...(groups.get(key) ?? []), one])
  }
  return [...groups.values()].map((group) => findingOf(group, acceptedBy)).sort(worstFirst)
}

function severityOf({ rule, verdict }: Judged & { readonly verdict: Deviation }): Severity {
  return verdict.severity ?? rule.severity
}

function findingOf(group: readonly (Judged & { readonly verdict: Deviation })[], acceptedBy: Acceptance['acceptedBy']): Finding {
  const [first, ...others] = group
  if (first === undefined) throw new TypeError('a group has at least one deviation')
  const all = [first, ...others]
  const level = LEVELS.find((one) => all.some(({ verdict }) => verdict.level === one)) ?? first.verdict.level
  const places = all.map(({ operation, persona }) => `${operation?.key ?? ''} ${kindOfPersona(persona)}`)
  const fingerprint = createHash('sha256')
    .update(JSON.stringify([first.rule.id, causeIn(first.verdict), [...new Set(places)].sort()]))
    .digest('hex')
    .slice(0, 32)
  const by = acceptedBy(first)
  const accepted = by && { owner: by.owner, reason: by.reason, ...(by.until === undefined ? {} : { until: by.until }) }
  return {
    fingerprint,
    rule: first.rule,
    level,
    severity: severityOf(first),
    occurrences: [occurrenceOf(first), ...others.map(occurrenceOf)],
    ...(accepted === undefined ? {} : { accepted }),
  }
}

function occurrenceOf({ operation, persona, verdict }: Judged & { readonly verdict: Deviation }): Occurrence {
  const { message, expected, observed, evidence } = verdict
  return { ...(operation === undefined ? {} : { operation: operation.key, place: operation.place }), persona, message, expected, observed, evidence }
}

function worstFirst(a: Finding, b: Finding): number {
  const level = (one: Level): number => LEVELS.indexOf(one)
  const severity = (one: Severity): number => SEVERITIES.indexOf(one)
  return severity(b.severity) - severity(a.severity) || level(a.level) - level(b.level) || (a.rule.id < b.rule.id ? -1 : a.rule.id > b.rule.id ? 1 : 0)
}

/** What was not found out, equal reasons together. */
export function groupUntested(judged: readonly Judged[]): readonly Untested[] {
  const groups = new Map<string, { readonly check: string; readonly why: string; readonly level: Untested['level']; readonly keys: string[] }>()
  for (const { rule, key, verdict } of judged) {
    if (verdict.level !== 'inconclusive' && verdict.level !== 'not-tested') continue
    const id = JSON.stringify([rule.id, verdict.level, verdict.why])
    const group = groups.get(id) ?? { check: rule.id, why: verdict.why, level: verdict.level, keys: [] }
    group.keys.push(key)
    groups.set(id, group)
  }
  return [...groups.values()].map(({ keys, ...group }) => ({ ...group, cases: keys.length, examples: keys.slice(0, EXAMPLES) }))
}

const EXAMPLES = 3
