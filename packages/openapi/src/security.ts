import { isScopeToken } from '@countersign/core'
import { nearName } from './near-name.ts'
import { kindOf, textOf, type Entry, type Node } from './node.ts'
import { fieldsOf, itemsOf, type Reader } from './reader.ts'
import type { SecurityScheme } from './scheme-definitions.ts'
import type { SchemeTable } from './scheme-table.ts'
import { twinCheck, type Asked, type TwinCheck } from './twin-schemes.ts'

/** What one `security` list asks for. */
export interface Security {
  /** Where it is written. */
  readonly at: Entry
  /** One of them is enough; none at all means that nobody looks at credentials. */
  readonly alternatives: readonly Alternative[]
}

/** All of this together; nothing at all is `{}`, which lets anonymous callers pass. */
export interface Alternative {
  readonly via: readonly string[]
  readonly scopes: readonly string[]
  readonly roles: readonly string[]
}

// What is asked for where the document is wrong: the gateway does not start with it, but nothing gets open by a mistake.
const ANY_CREDENTIALS: Alternative = { via: [], scopes: [], roles: [''] }

/** Whether it is `{}`. */
export function isAnyone({ via, scopes, roles }: Alternative): boolean {
  return via.length === 0 && scopes.length === 0 && roles.length === 0
}

export function isFallback(alternative: Alternative): boolean {
  return alternative === ANY_CREDENTIALS
}

/** Makes a function that reads `security` lists, each of them once. */
export function securityReader(reader: Reader, schemes: SchemeTable): (at: Entry) => Security {
  const known = new Map<Node, Security>()
  const twins = twinCheck(reader)
  return (at) => {
    let security = known.get(at.value)
    if (security === undefined) {
      security = { at, alternatives: alternativesOf({ ...reader, schemes, twins }, at) }
      known.set(at.value, security)
    }
    return security
  }
}

interface SecurityReading extends Reader {
  readonly schemes: SchemeTable
  readonly twins: TwinCheck
}

function alternativesOf(reader: SecurityReading, at: Entry): readonly Alternative[] {
  if (at.value.kind !== 'list') {
    reader.problems.error(
      { code: 'wrong-type', message: `\`security\` is ${kindOf(at.value)}; write a list`, hint: '`security: []` opens an operation to everybody' },
      at,
    )
    return [ANY_CREDENTIALS]
  }
  const items = at.value.items()
  const asked = items.map((item) => askedIn(reader, item)).filter((schemes) => schemes !== undefined)
  reader.twins.among(asked)
  const read = asked.map(alternativeOf)
  const different = [...new Map(read.map((alternative) => [JSON.stringify(alternative), alternative])).values()]
  return items.length > 0 && different.length === 0 ? [ANY_CREDENTIALS] : different
}

/** The schemes that one alternative asks for together; nothing if they cannot be asked for. */
function askedIn(reader: SecurityReading, item: Node): readonly Asked[] | undefined {
  const fields = fieldsOf(reader, item, 'a security requirement')
  if (fields === undefined) return undefined
  const asked: Asked[] = []
  for (const named of fields.values()) {
    const scheme = reader.schemes.find(named)
    const words = wordsOf(reader, named)
    if (scheme === undefined || words === undefined) continue
    asked.push({ named, scheme, words: words.filter((word) => isAllowed(reader, word, { named, scheme })).map(({ text }) => text) })
  }
  // All schemes are looked at, so that all mistakes are told, but half an AND would be less than was asked for.
  return asked.length < fields.size || reader.twins.inside(asked) ? undefined : asked
}

function alternativeOf(asked: readonly Asked[]): Alternative {
  const of = (granted: boolean): readonly string[] => [...new Set(asked.filter(({ scheme }) => takesScopes(scheme) === granted).flatMap(({ words }) => words))]
  return { via: [...new Set(asked.map(({ scheme }) => scheme.as))], scopes: of(true), roles: of(false) }
}

interface Word {
  readonly text: string
  readonly node: Node
}

function wordsOf(reader: Reader, { key, value }: Entry): readonly Word[] | undefined {
  const items = itemsOf(reader, value, `the list of \`${key}\``)
  if (items === undefined) return undefined
  const words: Word[] = []
  for (const node of items) {
    const text = textOf(node)
    if (text === undefined || text === '')
      reader.problems.error({ code: 'wrong-type', message: `the list of \`${key}\` has ${kindOf(node)}; write names` }, node)
    else words.push({ text, node })
  }
  return words
}

function takesScopes({ type }: SecurityScheme): boolean {
  return type === 'oauth2' || type === 'openIdConnect'
}

function isAllowed(reader: Reader, { text, node }: Word, { named, scheme }: Pick<Asked, 'named' | 'scheme'>): boolean {
  const { problems, version } = reader
  if (takesScopes(scheme)) {
    if (!isScopeToken(text)) {
      problems.error(
        {
          code: 'scope-syntax',
          message: `\`${named.key}\` asks for a scope that no token can have`,
          hint: 'write one scope per item, without spaces, quotes and backslashes',
        },
        node,
      )
      return false
    }
    warnUndeclared(reader, { text, node }, scheme)
  } else if (version === '2.0' || version === '3.0') {
    const hint = 'leave the list empty and write `x-countersign: { roles: [...] }`, or use OpenAPI 3.1'
    problems.error({ code: 'roles-unsupported', message: `\`${named.key}\` is no OAuth scheme, so its list must be empty in OpenAPI ${version}`, hint }, node)
  }
  return true
}

/** A scope that no flow declares is probably misspelt, and then nobody can ever have it. */
function warnUndeclared({ problems }: Reader, { text, node }: Word, { name, scopes }: SecurityScheme): void {
  if (scopes.length === 0 || scopes.includes(text)) return
  const meant = nearName(text, scopes)
  problems.warn(
    {
      code: 'scope-undeclared',
      message: `\`${name}\` does not declare the scope \`${text}\``,
      ...(meant === undefined ? {} : { hint: `did you mean \`${meant}\`?` }),
    },
    node,
  )
}
