import { setImmediate } from 'node:timers/promises'
import { GENESIS, linkHash, type Link } from '../chain.ts'
import { describe, textInput } from '../input.ts'
import { showsKey } from '../key-text.ts'
import { numberCursor, pageLimit, pageOf } from '../page.ts'
import type { Actor, AuditEntry, AuditTrail } from '../store.ts'
import type { Connection } from './connection.ts'
import type { Row } from './driver.ts'
import { number, object, text } from './row.ts'

export type AuditNote = Pick<AuditEntry, 'actor' | 'action' | 'target' | 'detail'>

/** Writes entries. `note` belongs into the transaction of the change that it is about: both are there, or neither. */
export interface AuditWriter {
  note(entry: AuditNote): AuditEntry
}

export function createAuditWriter(connection: Connection, now: () => number): AuditWriter {
  // The highest number ever given, also if somebody has cut off the end.
  const head = connection.prepare("SELECT coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'audit'), 0) AS sequence")
  const last = connection.prepare('SELECT hash FROM audit ORDER BY sequence DESC LIMIT 1')
  const insert = connection.prepare('INSERT INTO audit (sequence, at, subject, via, action, target, detail, hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?)')
  return {
    note: ({ actor: by, action, target, detail }) => {
      const actor = actorInput(by)
      const before = last.get()
      const link: Link = { sequence: number(head.get() ?? {}, 'sequence') + 1, at: now(), actor, action, target, detail: JSON.stringify(detail) }
      const hash = linkHash(link, before === undefined ? GENESIS : text(before, 'hash'))
      insert.run(link.sequence, link.at, actor.subject, actor.via, action, target, link.detail, hash)
      return { ...link, detail, hash }
    },
  }
}

export function createAuditTrail(connection: Connection, writer: AuditWriter): AuditTrail {
  const list = connection.prepare('SELECT * FROM audit WHERE sequence > ? ORDER BY sequence LIMIT ?')
  return {
    append: (entry) => {
      const checked = noteInput(entry)
      return connection.write(() => writer.note(checked))
    },
    list: (page) => {
      const limit = pageLimit(page)
      const entries = list.all(numberCursor(page) ?? 0, limit + 1).map(entryOf)
      return pageOf(entries, { limit, cursor: ({ sequence }) => String(sequence) })
    },
    verify: () => verify(connection),
  }
}

/** Who makes a change, checked before anything is changed. */
export function actorInput({ subject, via }: Actor): Actor {
  return { subject: textInput(subject, { name: 'actor.subject', most: 300 }), via: textInput(via, { name: 'actor.via', most: 64 }) }
}

function noteInput({ actor, action, target, detail }: AuditNote): AuditNote {
  textInput(action, { name: 'action', most: 64 })
  textInput(target, { name: 'target', most: 600 })
  const written: string | undefined = JSON.stringify(detail)
  if (written === undefined || !written.startsWith('{') || written.length > 65_536) {
    throw new TypeError(`detail: found ${describe(detail)}; accepted is an object of at most 65536 characters of JSON`)
  }
  if (showsKey(written) || showsKey(target)) throw new TypeError('detail: found an API key; accepted is its id, which is all before the second `_`')
  return { actor, action, target, detail }
}

const BATCH = 1000

async function verify(connection: Connection): Promise<Awaited<ReturnType<AuditTrail['verify']>>> {
  const head = number(connection.prepare("SELECT coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'audit'), 0) AS sequence").get() ?? {}, 'sequence')
  const batch = connection.prepare(`SELECT * FROM audit WHERE sequence > ? ORDER BY sequence LIMIT ${BATCH}`)
  let sequence = 0
  let before = GENESIS
  for (;;) {
    const rows = batch.all(sequence)
    for (const row of rows) {
      sequence++
      const hash = text(row, 'hash')
      if (number(row, 'sequence') !== sequence || linkHash(linkOf(row), before) !== hash) return { intact: false, sequence }
      before = hash
    }
    if (rows.length < BATCH) break
    // A long trail takes seconds; requests are answered in between.
    await setImmediate()
  }
  return sequence < head ? { intact: false, sequence: sequence + 1 } : { intact: true, entries: sequence }
}

function linkOf(row: Row): Link {
  return {
    sequence: number(row, 'sequence'),
    at: number(row, 'at'),
    actor: { subject: text(row, 'subject'), via: text(row, 'via') },
    action: text(row, 'action'),
    target: text(row, 'target'),
    detail: text(row, 'detail'),
  }
}

function entryOf(row: Row): AuditEntry {
  return { ...linkOf(row), detail: object(row, 'detail'), hash: text(row, 'hash') }
}
