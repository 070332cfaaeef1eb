import { timingSafeEqual } from 'node:crypto'
import { momentInput, rolesInput, scopesInput, secondsInput, subjectInput, textInput } from '../input.ts'
import { idOfKey, isKeyId, makeKey } from '../key-text.ts'
import { numberCursor, pageLimit, pageOf } from '../page.ts'
import type { Actor, Awaitable, CreatedKey, KeyRecord, KeyStore, NewKey } from '../store.ts'
import { actorInput } from './audit.ts'
import type { Connection } from './connection.ts'
import type { Context } from './context.ts'
import { requireDigestKey } from './digest-key.ts'
import type { Row } from './driver.ts'
import { number, optionalNumber, optionalText, text, texts } from './row.ts'

type Statements = ReturnType<typeof prepare>

function prepare({ durable }: { readonly durable: Connection }) {
  return {
    // Only what is needed, and no BLOB: this one is asked for every request, and each column costs half a microsecond.
    find: durable.prepare('SELECT digest, id, subject, label, scopes, roles, created, expires, revoked, replaced_by FROM keys WHERE id = ?'),
    byId: durable.prepare('SELECT * FROM keys WHERE id = ?'),
    insert: durable.prepare(
      'INSERT INTO keys (id, digest, subject, label, scopes, roles, created, lifetime, expires) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING',
    ),
    replace: durable.prepare('UPDATE keys SET expires = ?, replaced_by = ? WHERE id = ?'),
    revoke: durable.prepare('UPDATE keys SET revoked = ? WHERE id = ?'),
    list: durable.prepare('SELECT * FROM keys WHERE sequence > ? ORDER BY sequence LIMIT ?'),
    listOf: durable.prepare('SELECT * FROM keys WHERE subject = ? AND sequence > ? ORDER BY sequence LIMIT ?'),
  }
}

export function createKeys(context: Context): KeyStore {
  const statements = prepare(context)
  return {
    create: (key, actor) => create(context, statements, { key, actor }),
    find: (key, now) => find(context, statements, { key, now }),
    get: (id) => {
      const row = isKeyId(id) ? statements.byId.get(id) : undefined
      return row === undefined ? undefined : recordOf(row)
    },
    list: (page) => {
      const limit = pageLimit(page)
      const after = numberCursor(page) ?? 0
      const rows = page?.subject === undefined ? statements.list.all(after, limit + 1) : statements.listOf.all(subjectInput(page.subject), after, limit + 1)
      const { items, next } = pageOf(rows, { limit, cursor: (row) => String(number(row, 'sequence')) })
      return { items: items.map(recordOf), ...(next === undefined ? {} : { next }) }
    },
    rotate: (id, overlap, actor) => rotate(context, statements, { id, overlap: secondsInput(overlap, 'overlap'), actor: actorInput(actor) }),
    revoke: (id, actor) => revoke(context, statements, { id, actor: actorInput(actor) }),
  }
}

function create(context: Context, statements: Statements, { key, actor }: { readonly key: NewKey; readonly actor: Actor }): Awaitable<CreatedKey> {
  const created = context.now()
  const subject = subjectInput(key.subject)
  const label = key.label === undefined ? undefined : textInput(key.label, { name: 'label', most: 200 })
  const expires = key.expires === undefined ? undefined : momentInput(key.expires, 'expires')
  if (expires !== undefined && expires <= created) throw new TypeError(`expires: found ${expires}, which is past; accepted is a moment after ${created}`)
  const grants = { subject, scopes: scopesInput(key.scopes), roles: rolesInput(key.roles) }
  const record = { ...grants, created, ...(label === undefined ? {} : { label }), ...(expires === undefined ? {} : { expires }) }
  const by = actorInput(actor)
  return context.durable.write(() => {
    const made = insert(context, statements, { record, lifetime: expires === undefined ? undefined : expires - created })
    context.audit.note({ actor: by, action: 'key.create', target: made.record.id, detail: { ...record } })
    return made
  })
}

interface Insertion {
  readonly record: Omit<KeyRecord, 'id'>
  /** Seconds that the key was given at first, which its successors get too. */
  readonly lifetime: number | undefined
}

function insert({ durable, digests }: Context, statements: Statements, { record, lifetime }: Insertion): CreatedKey {
  requireDigestKey(durable, digests)
  const { subject, label = null, scopes, roles, created, expires = null } = record
  // 50 bits of name: the second attempt is already one in a billion with a million keys.
  for (let attempt = 0; attempt < 5; attempt++) {
    const { id, key } = makeKey()
    const grants = [JSON.stringify(scopes), JSON.stringify(roles)] as const
    if (statements.insert.run(id, digests.ofKey(key), subject, label, ...grants, created, lifetime ?? null, expires) === 1) {
      return { key, record: { id, ...record } }
    }
  }
  throw new Error('five random names of keys in a row were taken; the random source of this machine is broken')
}

function find({ digests }: Context, statements: Statements, { key, now }: { readonly key: string; readonly now: number }): KeyRecord | undefined {
  const id = idOfKey(key)
  const row = id === undefined ? undefined : statements.find.get(id)
  if (row === undefined || !isSame(digests.ofKey(key), text(row, 'digest'))) return undefined
  const record = recordOf(row)
  return isInForce(record, now) ? record : undefined
}

function isSame(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one, 'latin1'), Buffer.from(other, 'latin1')]
  return a.length === b.length && timingSafeEqual(a, b)
}

function isInForce({ revoked, expires }: KeyRecord, now: number): boolean {
  return revoked === undefined && (expires === undefined || now < expires)
}

interface Rotation {
  readonly id: string
  readonly overlap: number
  readonly actor: Actor
}

function rotate(context: Context, statements: Statements, { id, overlap, actor }: Rotation): Awaitable<CreatedKey | undefined> {
  return context.durable.write(() => {
    const created = context.now()
    const row = isKeyId(id) ? statements.byId.get(id) : undefined
    if (row === undefined) return undefined
    const { id: _id, expires, replacedBy: _replacedBy, ...old } = recordOf(row)
    // A key that has ended is not brought back under another name.
    if (!isInForce(recordOf(row), created)) return undefined
    const lifetime = optionalNumber(row, 'lifetime')
    const record = { ...old, created, ...(lifetime === undefined ? {} : { expires: created + lifetime }) }
    const made = insert(context, statements, { record, lifetime })
    const end = Math.min(expires ?? Infinity, Math.floor(created + overlap))
    statements.replace.run(end, made.record.id, id)
    context.audit.note({ actor, action: 'key.rotate', target: id, detail: { replacedBy: made.record.id, expires: end } })
    return made
  })
}

function revoke(context: Context, statements: Statements, { id, actor }: { readonly id: string; readonly actor: Actor }): Awaitable<KeyRecord | undefined> {
  return context.durable.write(() => {
    const row = isKeyId(id) ? statements.byId.get(id) : undefined
    if (row === undefined) return undefined
    const record = recordOf(row)
    // The first revocation is the one that counts; repeating it changes nothing.
    if (record.revoked !== undefined) return record
    const revoked = context.now()
    statements.revoke.run(revoked, id)
    context.audit.note({ actor, action: 'key.revoke', target: id, detail: { subject: record.subject } })
    return { ...record, revoked }
  })
}

function recordOf(row: Row): KeyRecord {
  const label = optionalText(row, 'label')
  const expires = optionalNumber(row, 'expires')
  const revoked = optionalNumber(row, 'revoked')
  const replacedBy = optionalText(row, 'replaced_by')
  return {
    id: text(row, 'id'),
    subject: text(row, 'subject'),
    ...(label === undefined ? {} : { label }),
    scopes: texts(row, 'scopes'),
    roles: texts(row, 'roles'),
    created: number(row, 'created'),
    ...(expires === undefined ? {} : { expires }),
    ...(revoked === undefined ? {} : { revoked }),
    ...(replacedBy === undefined ? {} : { replacedBy }),
  }
}
