import { MODES, SEVERITIES } from '../rule.ts'
import { LEVELS } from '../verdict.ts'
import { nearName } from '@countersign/openapi'
import { TOKEN_KINDS, type AuditConfig, type CredentialSource, type PersonaSetting, type ResourceSetting } from './config.ts'
import { SOURCES } from './credentials.ts'
import { defaulted, optional, record, required, type Read } from './record.ts'
import { secret } from './secret.ts'
import { anything, choice, complain, cut, flag, listOf, mapOf, number, scalar, text, wrong, type Shape, type Where } from './shape.ts'
import type { Written } from './written.ts'

const words = listOf(text(), { accepted: 'a list of words' })
const origin = text({ pattern: /^https?:\/\/[^\s/?#@]+$/, accepted: 'an origin such as `http://127.0.0.1:3000`' })
const target = text({ pattern: /^https?:\/\/[^\s/?#@]+(?:\/[^\s?#]*)?$/, accepted: 'a URL without query such as `http://127.0.0.1:3000/api`' })
const operation = text({ pattern: /^(?:[A-Z*]+ )?\S+$/, accepted: 'an operation such as `GET /orders/{id}`; `*` stands for anything' })
const item = text({ pattern: /^\/.*\{[^{}]+\}$/, accepted: 'a path that ends with a parameter, such as `/orders/{id}`' })

const persona = record({
  subject: optional(text(), 'What the target calls it, which owners are compared with; its name if nothing is said'),
  roles: defaulted(words, [], 'Its roles'),
  scopes: defaulted(words, [], 'The scopes of its token'),
  acr: optional(text(), 'How strongly it has logged in'),
  tenant: optional(text(), 'Whose customer it is'),
  state: optional(choice(['locked', 'expired']), 'Why it should be refused everywhere'),
  machine: defaulted(flag, false, 'Whether it is a program that speaks for itself'),
  caretaker: defaulted(flag, false, 'Whether it may see and repair everything'),
  ...SOURCES,
})

type WrittenPersona = Omit<PersonaSetting, 'name' | 'subject'> & { readonly subject?: string }

/** A persona with exactly one source of credentials. */
const onePersona: Shape<WrittenPersona> = {
  schema: { ...persona.schema, oneOf: Object.keys(SOURCES).map((name) => ({ required: [name] })) },
  read: (written, where) => {
    const read = persona.read(written, where)
    if (read === undefined) return undefined
    const { bearer, basic, apiKey, cookie, login, oauth, dpop, certificate, ...rest } = read
    const found = [bearer, basic, apiKey, cookie, login, oauth, dpop, certificate].filter((one): one is CredentialSource => one !== undefined)
    const [credentials, ...others] = found
    if (credentials !== undefined && others.length === 0) return { ...rest, credentials }
    const names = Object.keys(SOURCES).map((name) => `\`${name}\``)
    const message = `\`${where.path}\` has ${found.length === 0 ? 'no credentials' : `${found.length} sources of credentials`}`
    return complain(written.at, where, { code: 'wrong-credentials', message, hint: `pass one of ${names.join(', ')}` })
  },
}

const value = scalar((one): one is string | number => typeof one === 'string' || typeof one === 'number', {
  accepted: 'the value of a path parameter',
  schema: { type: ['string', 'number'] },
})

const resourceMembers = {
  item: required(item, 'The path of one object'),
  owner: defaulted(words, [], 'The members of an object that name its owner'),
  shared: defaulted(flag, false, 'Whether everybody who is known may read it'),
  readers: defaulted(words, [], 'Roles that may read the objects of others'),
  editors: defaulted(words, [], 'Roles that may read, change and remove the objects of others'),
  objects: defaulted(mapOf(listOf(mapOf(value))), {}, 'Objects that are there, by the persona who owns them: values of path parameters'),
  create: optional(anything, 'The content that makes one, instead of the example of the document'),
}

const accepted = record({
  check: required(text({ pattern: /^(?:[A-Z0-9-]+|\*)$/, accepted: 'the id of a check such as `CHAL-MISSING`' }), 'The check'),
  operation: defaulted(operation, '*', 'Where'),
  owner: required(text(), 'Who answers for it'),
  reason: required(text(), 'Why it is accepted'),
  until: optional(text({ pattern: /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])$/, accepted: 'a day such as `2027-01-31`, in quotes' }), 'The last day'),
})

const token = record({
  kind: required(choice(TOKEN_KINDS), 'Why it must be refused'),
  persona: required(text(), 'Whose it is'),
  token: required(secret, 'Where it is'),
})

const failOn = record({
  level: defaulted(choice(LEVELS), 'strong', 'The least sure level that counts'),
  severity: defaulted(choice(SEVERITIES), 'medium', 'The least severity that counts'),
})

const file = record({
  version: required(choice([1]), 'The version of this format'),
  target: required(target, 'Where the API runs'),
  openapi: required(text({ accepted: 'the path of an OpenAPI document' }), 'The description of the API, from the folder of this file'),
  personas: required(
    mapOf(onePersona, { names: /^(?!nobody$)[A-Za-z0-9_.-]{1,40}$/, accepted: 'letters, digits, `_`, `.` and `-`; `nobody` is always there' }),
    'Who calls',
  ),
  resources: defaulted(listOf(record(resourceMembers)), [], 'What paths do not tell about objects'),
  public: defaulted(listOf(operation), [], 'Operations that are public by design'),
  neverTouch: defaulted(listOf(operation), [], 'Operations that are never sent, beside those of the default list'),
  profile: optional(choice(['headless-cms', 'container-registry', 'session-app']), 'Which deviations belong to the kind of API'),
  accepted: defaulted(listOf(accepted), [], 'Deviations that somebody accepts'),
  mode: defaulted(choice(MODES), 'safe', 'What a run may do'),
  rate: defaulted(number(0, 10_000), 5, 'Requests a second; 0 is as fast as it goes'),
  parallel: defaulted(number(1, 64, { whole: true }), 2, 'Requests at one time'),
  maxRequests: defaulted(number(1, 1_000_000, { whole: true }), 2000, 'Requests in all'),
  timeLimit: defaulted(number(0.1, 300), 10, 'Seconds for one answer'),
  failOn: defaulted(failOn, { level: 'strong', severity: 'medium' }, 'Which findings end with exit code 1'),
  privateMembers: defaulted(words, [], 'Members that low roles may never see'),
  origins: defaulted(listOf(origin), [], 'Origins of pages that the API serves'),
  tokens: defaulted(listOf(token), [], 'Tokens that must be refused and that only the issuer can make'),
  behind: optional(target, 'The address of the API behind its gateway'),
})

/** What stands in `audit.yaml`. */
export const auditFile: Shape<AuditConfig> = {
  schema: { $schema: 'http://json-schema.org/draft-07/schema#', title: 'audit.yaml', ...file.schema },
  read: (written, where) => {
    const read = file.read(written, where)
    if (read === undefined) return undefined
    const { version: _, resources, ...rest } = read
    const personas = Object.entries(read.personas).map(([name, { subject = name, ...setting }]): PersonaSetting => ({ name, subject, ...setting }))
    if (personas.length === 0) return wrong(memberOf(written, 'personas'), { ...where, path: 'personas' }, 'at least one persona')
    if (!hasOwners(written, where, personas) || !hasHolders(written, where, personas)) return undefined
    return { ...rest, personas, resources: resources.map(resourceOf) }
  },
}

function resourceOf({ objects, create, ...rest }: Read<typeof resourceMembers>): ResourceSetting {
  const texts = (values: Readonly<Record<string, string | number>>): Readonly<Record<string, string>> =>
    Object.fromEntries(Object.entries(values).map(([name, one]) => [name, String(one)]))
  return {
    ...rest,
    objects: Object.fromEntries(Object.entries(objects).map(([owner, list]) => [owner, list.map(texts)])),
    ...(create === undefined ? {} : { create: create.value }),
  }
}

/** Whether all owners of objects are personas. */
function hasOwners(written: Written, where: Where, personas: readonly PersonaSetting[]): boolean {
  let areKnown = true
  for (const one of itemsOf(memberOf(written, 'resources'))) {
    const objects = memberOf(one, 'objects')
    for (const [owner, { key }] of objects.kind === 'map' ? objects.members : []) if (!isPersona(owner, key, { where, personas })) areKnown = false
  }
  return areKnown
}

/** Whether all holders of tokens are personas. */
function hasHolders(written: Written, where: Where, personas: readonly PersonaSetting[]): boolean {
  const holders = itemsOf(memberOf(written, 'tokens')).map((one) => memberOf(one, 'persona'))
  return holders.every((holder) => holder.kind !== 'scalar' || holder.value === null || isPersona(String(holder.value), holder.at, { where, personas }))
}

function itemsOf(written: Written): readonly Written[] {
  return written.kind === 'list' ? written.items : [written]
}

function isPersona(name: string, at: number, { where, personas }: { readonly where: Where; readonly personas: readonly PersonaSetting[] }): boolean {
  const names = personas.map((one) => one.name)
  if (names.includes(name)) return true
  const meant = nearName(name, names)
  const hint = meant === undefined ? `pass one of ${names.map((one) => `\`${one}\``).join(', ')}` : `did you mean \`${meant}\`?`
  complain(at, where, { code: 'unknown-persona', message: `there is no persona \`${cut(name)}\``, hint })
  return false
}

function memberOf(written: Written, name: string): Written {
  return (written.kind === 'map' ? written.members.get(name)?.value : undefined) ?? { at: written.at, kind: 'scalar', value: null }
}
