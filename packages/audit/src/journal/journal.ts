import { createHash, randomBytes } from 'node:crypto'
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, truncateSync, writeSync } from 'node:fs'
import { AuditRefused } from '../refused.ts'
import type { Mode } from '../rule.ts'
import type { Verdict } from '../verdict.ts'

/** What a journal knows of an object of the run. */
export interface RecordedObject {
  /** The path template of the item. */
  readonly resource: string
  /** The persona whose it is. */
  readonly owner: string
  /** Values of all path parameters; those of the parents alone while it is being made. */
  readonly values: Readonly<Record<string, string>>
  readonly marker?: string
}

/** What happened, one line each. */
export type Entry =
  | { readonly type: 'begin'; readonly target: string; readonly mode: Mode; readonly salt: string; readonly at: string }
  /** A run went on with this journal. */
  | { readonly type: 'resumed'; readonly at: string }
  /** A request that may change something is about to go out; it is on the disk before it does. */
  | { readonly type: 'sending'; readonly case: string; readonly persona: string; readonly method: string; readonly target: string; readonly hash: string }
  | { readonly type: 'sent'; readonly case: string; readonly method: string; readonly outcome: string }
  /** A cell or a case is done. */
  | { readonly type: 'finished'; readonly case: string; readonly hash: string; readonly outcome: string; readonly verdict?: Verdict; readonly answer?: unknown }
  /** An object is about to be made: until `created` comes it can only be found by its marker. */
  | { readonly type: 'creating'; readonly object: RecordedObject }
  | { readonly type: 'created'; readonly object: RecordedObject }
  | { readonly type: 'removed'; readonly object: RecordedObject }
  | { readonly type: 'end'; readonly exitCode: number }

export type Recorded = Entry & { readonly seq: number }

/** What a run has done, in a file that survives it. */
export interface Journal {
  /** Adds a line. */
  add(entry: Entry): void
  /** Adds a line, and returns when it is on the disk: before whatever cannot be taken back. */
  addFirst(entry: Entry): void
  /** What runs before this one wrote, if this one goes on with them. */
  readonly earlier: readonly Recorded[]
  /** Stands for a secret: the same for the same one within this journal. */
  hash(text: string): string
  /** From now on this text is written as its hash only, wherever it stands. */
  conceal(secret: string): void
  close(): void
}

/** A journal that nobody asked for. */
export function noJournal(): Journal {
  const salt = randomBytes(16).toString('hex')
  return { add: () => undefined, addFirst: () => undefined, earlier: [], hash: (text) => salted(salt, text), conceal: () => undefined, close: () => undefined }
}

export interface JournalOptions {
  readonly file: string
  readonly target: string
  readonly mode: Mode
  readonly now: () => number
  /** What to do with an unfinished journal: go on with it, or put it aside. Without either it is an error. */
  readonly unfinished?: 'resume' | 'put-aside'
}

/** There is a journal of a run that did not come to its end. */
export class UnfinishedJournal extends AuditRefused {
  constructor(message: string, { cause }: { readonly cause?: unknown } = {}) {
    super(message, 'go on with it (`--resume`), or put it aside (`--fresh`)', { cause })
  }
}

/** Opens the journal of a run. One that is finished is replaced. */
export function openJournal({ file, target, mode, now, unfinished }: JournalOptions): Journal {
  const earlier = existsSync(file) ? readJournal(file) : []
  const open = earlier.length > 0 && earlier.at(-1)?.type !== 'end'
  if (open && unfinished === undefined) throw new UnfinishedJournal(describeUnfinished(file, earlier))
  const begun = earlier.find((entry) => entry.type === 'begin')
  const resume = open && unfinished === 'resume' && begun !== undefined
  if (resume && begun.target !== target) throw new UnfinishedJournal(`the journal \`${file}\` is about ${begun.target}, and the target is ${target}`)
  if (open && !resume) renameSync(file, `${file}.${begun?.at.replace(/[^\dT]/g, '') ?? 'old'}`)
  const salt = resume ? begun.salt : randomBytes(16).toString('hex')
  if (resume) cutOff(file)
  const journal = writer({ file, salt, earlier: resume ? earlier : [] })
  const at = new Date(now()).toISOString()
  journal.addFirst(resume ? { type: 'resumed', at } : { type: 'begin', target, mode, salt, at })
  return journal
}

/** The entries of a journal. A last line that was cut off never happened. */
function readJournal(file: string): readonly Recorded[] {
  const lines = readFileSync(file, 'utf8').split('\n')
  return lines.flatMap((line, index) => {
    if (line === '') return []
    try {
      // The file was written by this program; what is cut off does not parse.
      return [JSON.parse(line) as Recorded]
    } catch (error) {
      if (index >= lines.length - 2) return []
      throw new UnfinishedJournal(`line ${index + 1} of the journal \`${file}\` cannot be read`, { cause: error })
    }
  })
}

/** Takes away a last line that is not whole: the next one must not go on from there. */
function cutOff(file: string): void {
  const bytes = readFileSync(file)
  truncateSync(file, bytes.lastIndexOf(0x0a) + 1)
}

function describeUnfinished(file: string, entries: readonly Recorded[]): string {
  const left = objectsLeft(entries).length
  const begun = entries.find((entry) => entry.type === 'begin')
  const objects = left === 0 ? 'it left no objects' : `it may have left ${left} object${left === 1 ? '' : 's'}`
  return `the run of ${begun?.at ?? 'an unknown time'} in \`${file}\` did not end, and ${objects}`
}

/** Objects that were made, or were about to be, and not removed. */
export function objectsLeft(entries: readonly Entry[]): readonly RecordedObject[] {
  const left = new Map<string, RecordedObject>()
  for (const entry of entries) {
    if (entry.type !== 'creating' && entry.type !== 'created' && entry.type !== 'removed') continue
    const { object } = entry
    const making = JSON.stringify([object.resource, object.owner, object.marker ?? ''])
    const made = JSON.stringify([object.resource, object.values])
    if (entry.type === 'creating') left.set(making, object)
    else left.delete(making)
    if (entry.type === 'created') left.set(made, object)
    if (entry.type === 'removed') left.delete(made)
  }
  return [...left.values()]
}

function salted(salt: string, text: string): string {
  return createHash('sha256').update(`${salt} ${text}`).digest('hex').slice(0, 32)
}

/** Texts that are too short to be secrets: replacing them would spoil the journal. */
const SHORTEST = 6

function writer({ file, salt, earlier }: { readonly file: string; readonly salt: string; readonly earlier: readonly Recorded[] }): Journal {
  // Only its owner may read what an API answered (0600).
  const descriptor = openSync(file, earlier.length === 0 ? 'w' : 'a', 0o600)
  const secrets = new Map<string, string>()
  let seq = earlier.at(-1)?.seq ?? 0
  const add = (entry: Entry): void => {
    seq += 1
    let line = JSON.stringify({ seq, ...entry })
    for (const [secret, hash] of secrets) line = line.replaceAll(secret, hash)
    writeSync(descriptor, `${line}\n`)
  }
  return {
    add,
    addFirst: (entry) => {
      add(entry)
      fsyncSync(descriptor)
    },
    earlier,
    hash: (text) => salted(salt, text),
    conceal: (secret) => {
      if (secret.length < SHORTEST) return
      // As it stands inside of a JSON text.
      secrets.set(JSON.stringify(secret).slice(1, -1), `sha256:${salted(salt, secret)}`)
    },
    close: () => closeSync(descriptor),
  }
}
