import { parseChallenges } from '@countersign/core'
import type { Answered } from '../review/explain.ts'
import type { DefectName, Found } from './defects.ts'
import { valuesOf, type Seen } from './wire.ts'

/** Fields that a refusal has to keep. */
const KEPT = ['Cache-Control', 'Allow', 'Retry-After'] as const

/** How an answer differs from what the gateway says; `what` names the request. */
export function differences(what: string, expected: Answered, seen: Seen): readonly Found[] {
  if (seen.status < 400 && expected.status >= 400) return [found('not-asked', `${what} was answered ${seen.status} instead of ${expected.status}`)]
  return [
    ...(seen.status === expected.status ? [] : [found('status-lost', `${what} was answered ${seen.status} instead of ${expected.status}`)]),
    ...challengeFaults(what, expected, seen),
    ...contentFaults(what, expected, seen),
    ...KEPT.flatMap((name) => fieldFaults({ what, name }, expected, seen)),
  ]
}

export function found(defect: DefectName, detail: string): Found {
  return { defect, detail }
}

/** Only the schemes: parameters depend on more than a configuration says. */
function challengeFaults(what: string, expected: Answered, seen: Seen): readonly Found[] {
  const [wanted, got] = [schemesIn(valuesOf(expected, 'www-authenticate')), schemesIn(valuesOf(seen, 'www-authenticate'))]
  return wanted === got
    ? []
    : [found('challenge-lost', `${what} came with ${got === '' ? 'no challenge' : `the challenges ${got}`} instead of ${wanted === '' ? 'none' : wanted}`)]
}

function schemesIn(lines: readonly string[]): string {
  const { challenges } = parseChallenges(lines)
  return challenges.map(({ scheme }) => scheme.toLowerCase()).join(', ')
}

function contentFaults(what: string, { problem }: Answered, seen: Seen): readonly Found[] {
  if (problem === undefined) return []
  const type = typeIn(seen.body)
  const [media = 'none'] = valuesOf(seen, 'content-type')
  if (type === problem['type'] && media.startsWith('application/problem+json')) return []
  return [
    found(
      'content-lost',
      `${what} came with ${type === undefined ? 'other content' : `the problem \`${type}\``} (Content-Type ${media}) instead of \`${String(problem['type'])}\``,
    ),
  ]
}

/** The type of a problem document (RFC 9457 section 3.1.1). */
export function typeIn(body: string): string | undefined {
  try {
    const document: unknown = JSON.parse(body)
    return typeof document === 'object' && document !== null && 'type' in document && typeof document.type === 'string' ? document.type : undefined
  } catch {
    // Some page of the proxy's own.
    return undefined
  }
}

function fieldFaults({ what, name }: { readonly what: string; readonly name: string }, expected: Answered, seen: Seen): readonly Found[] {
  const [wanted] = valuesOf(expected, name.toLowerCase())
  const got = valuesOf(seen, name.toLowerCase())
  if (wanted === undefined || (got.length > 0 && (name === 'Retry-After' || got.join(', ') === wanted))) return []
  return [found('fields-lost', `${what} came with ${got.length === 0 ? `no ${name}` : `${name}: ${got.join(', ')}`} instead of ${name}: ${wanted}`)]
}
