import type { Node } from 'yaml'
import { nearName } from '@countersign/openapi'
import type { Config, Diagnostic, PersonaConfig, Place, SchemeKey } from '../config/config.ts'
import { SCHEMES } from '../config/schema/scheme-names.ts'
import { secondsOf } from './duration.ts'
import { ANONYMOUS, NOBODY } from './personas.ts'
import { YamlReader } from './yaml-reader.ts'

/** What somebody should get. */
export interface Expectation {
  readonly method: string
  readonly url: string
  readonly persona: { readonly name: string; readonly config: PersonaConfig }
  /** Any of the 2xx stands for letting the request through. */
  readonly status: number
  readonly reason?: string
  readonly place: Place
}

export interface ReadExpectations {
  readonly expectations: readonly Expectation[]
  /** Nothing should be run if there are errors. */
  readonly diagnostics: readonly Diagnostic[]
}

type Personas = Config['personas']

/**
 * Reads a table of expected answers, such as:
 *
 * version: 1
 * expect:
 *   - { request: GET /orders/1, as: anonymous, status: 401 }
 *   - request: POST /orders
 *     answers: { anonymous: 401, reader: 403, admin: 200 }
 */
export function readExpectations(text: string, file: string, personas: Personas): ReadExpectations {
  const reader = new YamlReader(text, file)
  const { diagnostics } = reader
  if (reader.root === undefined) {
    if (diagnostics.length === 0) reader.complain(undefined, { code: 'empty-file', message: 'the file is empty', hint: 'begin it with `version: 1`' })
    return { expectations: [], diagnostics }
  }
  const members = reader.members(reader.root, 'the file', ['version', 'expect'])
  if (members !== undefined && reader.scalar(members.get('version')) !== 1) {
    reader.complain(members.get('version') ?? reader.root, { code: 'wrong-version', message: '`version` is missing or not 1', hint: 'write `version: 1`' })
  }
  const entries = members === undefined ? [] : (reader.items(members.get('expect') ?? reader.root, '`expect`') ?? [])
  return { expectations: entries.flatMap((entry) => readEntry(reader, entry, personas)), diagnostics }
}

const ENTRY = ['request', 'as', 'status', 'reason', 'answers']

function readEntry(reader: YamlReader, entry: Node, personas: Personas): readonly Expectation[] {
  const members = reader.members(entry, 'an expectation', ENTRY)
  if (members === undefined) return []
  const request = readRequest(reader, members.get('request') ?? entry)
  const answers = members.get('answers')
  const one = ['as', 'status', 'reason'].find((name) => members.has(name))
  if (answers !== undefined && one !== undefined) {
    reader.complain(members.get(one), {
      code: 'contradiction',
      message: `\`${one}\` stands beside \`answers\``,
      hint: 'write either `as` and `status`, or `answers`',
    })
    return []
  }
  const found = answers === undefined ? readOne(reader, entry, { members, personas }) : readAnswers(reader, answers, personas)
  return request === undefined ? [] : found.map((expected) => ({ ...request, ...expected }))
}

type Expected = Pick<Expectation, 'persona' | 'status' | 'reason' | 'place'>

function readOne(reader: YamlReader, entry: Node, { members, personas }: { members: ReadonlyMap<string, Node>; personas: Personas }): readonly Expected[] {
  const as = members.get('as')
  const persona = as === undefined ? { name: NOBODY, config: personas[NOBODY] ?? ANONYMOUS } : readPersona(reader, as, personas)
  const status = readStatus(reader, members.get('status') ?? entry)
  const reason = members.has('reason') ? reader.text(members.get('reason'), '`reason`', 'a reason such as `role-missing`') : undefined
  if (persona === undefined || status === undefined) return []
  return [{ persona, status, ...(reason === undefined ? {} : { reason }), place: reader.placeOf(entry) }]
}

function readAnswers(reader: YamlReader, node: Node, personas: Personas): readonly Expected[] {
  const map = reader.map(node, '`answers`')
  if (map === undefined) return []
  return reader.entries(map).flatMap(([name, { key, value }]) => {
    const config = knownPersona(reader, key, { name, personas })
    const status = readStatus(reader, value)
    return config === undefined || status === undefined ? [] : [{ persona: { name, config }, status, place: reader.placeOf(key) }]
  })
}

function readRequest(reader: YamlReader, node: Node): Pick<Expectation, 'method' | 'url'> | undefined {
  const text = reader.scalar(node)
  const [, method, url] = /^([A-Za-z]+) +(\/[^\s#]*|https?:\/\/[^\s#/?][^\s#]*)$/i.exec(typeof text === 'string' ? text.trim() : '') ?? []
  if (method !== undefined && url !== undefined) return { method: method.toUpperCase(), url }
  const message = text === undefined ? '`request` is missing' : `\`${text}\` is no request`
  return reader.complain(node, { code: 'wrong-value', message, hint: 'pass a method, a space and a path or a URL, such as `GET /orders/1`' })
}

function readStatus(reader: YamlReader, node: Node): number | undefined {
  const value = reader.scalar(node)
  if (typeof value === 'number' && Number.isInteger(value) && value >= 200 && value <= 599) return value
  const message = value === undefined ? '`status` is missing' : `\`${value}\` is no status`
  return reader.complain(node, { code: 'wrong-value', message, hint: 'pass a number from 200 to 599; 200 stands for letting the request through' })
}

function readPersona(reader: YamlReader, node: Node, personas: Personas): Expectation['persona'] | undefined {
  const name = reader.scalar(node)
  if (typeof name === 'string') {
    const config = knownPersona(reader, node, { name, personas })
    return config === undefined ? undefined : { name, config }
  }
  const members = reader.members(node, 'a persona', ['scheme', 'subject', 'roles', 'scopes', 'acr', 'loggedInFor'])
  if (members === undefined) return undefined
  const scheme = readScheme(reader, members.get('scheme') ?? node)
  const subject = reader.scalar(members.get('subject'))
  if (subject === undefined)
    return reader.complain(node, { code: 'missing-key', message: 'a persona has no `subject`', hint: 'write whom the credentials stand for' })
  const age = readAge(reader, members.get('loggedInFor'))
  const acr = members.has('acr') ? reader.text(members.get('acr'), '`acr`', 'an authentication context') : undefined
  if (scheme === undefined) return undefined
  const rights = { roles: reader.words(members.get('roles'), '`roles`'), scopes: reader.words(members.get('scopes'), '`scopes`') }
  const login = { ...(acr === undefined ? {} : { acr }), ...(age === undefined ? {} : { loggedInFor: age }) }
  return { name: String(subject), config: { scheme, subject: String(subject), ...rights, ...login } }
}

function knownPersona(reader: YamlReader, node: Node, { name, personas }: { name: string; personas: Personas }): PersonaConfig | undefined {
  const found = Object.hasOwn(personas, name) ? personas[name] : name === NOBODY ? ANONYMOUS : undefined
  if (found !== undefined) return found
  const names = Object.keys(personas)
  const meant = nearName(name, names)
  const hint = meant === undefined ? `there is ${names.map((one) => `\`${one}\``).join(', ')}` : `\`${meant}\` was probably meant`
  return reader.complain(node, { code: 'unknown-persona', message: `the configuration has no persona \`${name}\``, hint })
}

function readScheme(reader: YamlReader, node: Node): SchemeKey | undefined {
  const value = reader.scalar(node)
  const key = SCHEMES.find((one) => one === value)
  if (key !== undefined) return key
  const message = value === undefined ? 'a persona has no `scheme`' : `\`${value}\` is no scheme`
  return reader.complain(node, {
    code: 'wrong-value',
    message,
    hint: `pass ${SCHEMES.map((one) => `\`${one}\``).join(', ')}; for nobody write \`as: anonymous\``,
  })
}

function readAge(reader: YamlReader, node: Node | undefined): number | undefined {
  if (node === undefined) return undefined
  const age = secondsOf(String(reader.scalar(node) ?? ''))
  return age ?? reader.complain(node, { code: 'wrong-value', message: '`loggedInFor` is no duration', hint: 'pass seconds, or `5m`, `12h`, `30d`' })
}
