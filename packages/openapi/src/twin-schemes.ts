import type { Entry } from './node.ts'
import type { Reader } from './reader.ts'
import type { SecurityScheme } from './scheme-definitions.ts'

/** One scheme of a requirement, with its scopes or roles. */
export interface Asked {
  readonly named: Entry
  readonly scheme: SecurityScheme
  readonly words: readonly string[]
}

/** The alternatives of one `security` list, each of them schemes that must come together. */
type Alternatives = readonly (readonly Asked[])[]

/** Finds schemes of a document that one authentication scheme stands for, where that would ask for less than is written. */
export interface TwinCheck {
  /** Whether two schemes that must come together are one to us, so that credentials for one would be enough. Each pair is told once, unless it is one by choice. */
  inside(asked: readonly Asked[]): boolean
  /**
   * Looks at a whole list: where not both of two schemes are accepted alike, credentials of one would pass as those of
   * the other. That is told once for each authentication scheme, unless the caller chose it for both.
   */
  among(alternatives: Alternatives): void
}

const CHOOSE = 'with `schemeName`, or in a gateway under `securitySchemes` of the API'
const STAND = `say what stands for each of them, ${CHOOSE}, also if it is the same`

export function twinCheck(reader: Reader): TwinCheck {
  return { inside: insideCheck(reader), among: amongCheck(reader) }
}

function insideCheck({ problems }: Reader): TwinCheck['inside'] {
  const told = new Set<string>()
  return (asked) => {
    const pairs = asked.flatMap((two, index) => asked.slice(0, index).flatMap((one) => (isOneByMistake(one.scheme, two.scheme) ? [{ one, two }] : [])))
    for (const { one, two } of pairs) {
      const pair = JSON.stringify([one.scheme.name, two.scheme.name].sort())
      if (told.has(pair)) continue
      told.add(pair)
      const message = `\`${one.named.key}\` and \`${two.named.key}\` are asked for together, but both are \`${one.scheme.as}\` here, so one of them would be enough`
      const hint = one.scheme.type === 'apiKey' ? `ask for one of them, or let another scheme stand for one, ${CHOOSE}` : STAND
      problems.error({ code: 'schemes-merged', message, hint }, two.named)
    }
    return pairs.length > 0
  }
}

function amongCheck({ problems }: Reader): TwinCheck['among'] {
  const told = new Set<string>()
  const used = new Map<string, Asked>()
  const tell = (one: Asked, two: Asked, { named }: Asked): void => {
    const { as } = one.scheme
    told.add(as)
    const message = `\`${one.scheme.name}\` and \`${two.scheme.name}\` are not accepted alike here, but both are \`${as}\` to us, so credentials of either would pass`
    problems.error({ code: 'schemes-merged', message, hint: STAND }, named)
  }
  return (alternatives) => {
    const all = alternatives.flat()
    const before = new Set(used.keys())
    for (const asked of all) if (!used.has(asked.scheme.name)) used.set(asked.scheme.name, asked)
    for (const asked of all) {
      for (const other of used.values()) {
        if (told.has(asked.scheme.as) || !areTwins(asked.scheme, other.scheme)) continue
        // Where the other one was first, its list was without this one.
        if (before.has(other.scheme.name) && !before.has(asked.scheme.name)) tell(other, asked, other)
        else if (!areAlike(alternatives, asked.scheme.name, other.scheme.name)) tell(asked, other, asked)
      }
    }
  }
}

/** Requests have one `Authorization` field, so one token for two schemes can be meant (RFC 9110 section 11.6.2); two keys are two. */
function isOneByMistake(one: SecurityScheme, two: SecurityScheme): boolean {
  return one.type === 'apiKey' && two.type === 'apiKey' ? one.as === two.as : areTwins(one, two)
}

function areTwins(one: SecurityScheme, two: SecurityScheme): boolean {
  return one.as === two.as && one.name !== two.name && !(one.chosen && two.chosen)
}

/** Whether a list says the same with two names exchanged. */
function areAlike(alternatives: Alternatives, one: string, two: string): boolean {
  const exchanged = new Map([
    [one, two],
    [two, one],
  ])
  const written = (name: (scheme: string) => string): string =>
    JSON.stringify(alternatives.map((asked) => JSON.stringify(asked.map(({ scheme, words }) => JSON.stringify([name(scheme.name), words])).sort())).sort())
  return written((name) => name) === written((name) => exchanged.get(name) ?? name)
}
