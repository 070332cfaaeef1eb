import { writeSync } from 'node:fs'
import type { LogStream } from './log.ts'

/** Bytes that are held back before they are written. */
const ENOUGH = 32_768
/** Bytes that are kept while nothing can be written, such as on a full disk; what is more is given up. */
const MOST = 4_194_304
/** Milliseconds that a line is held back at most. */
const DELAY = 100
/** Milliseconds until a pipe whose reader is slow is tried again. */
const BUSY = 10

const open = new Set<() => void>()
let listens = false

/** Lines on their way to a file descriptor, written together: when there are many, when some time has passed, and when the process ends. */
export function heldBack(descriptor: number): Required<LogStream> {
  let text = ''
  let timer: NodeJS.Timeout | undefined
  const flushSync = (): void => {
    clearTimeout(timer)
    timer = undefined
    open.delete(late)
    const now = Buffer.from(text)
    text = ''
    const rest = writeAll(descriptor, now)
    if (rest === undefined) return
    if (rest.bytes.length <= MOST) text = rest.bytes.toString()
    throw rest.error
  }
  /** Nobody is left who could be told that the log cannot be written; what waits is tried again with the next line. */
  const late = (): void => {
    try {
      flushSync()
    } catch {
      // Every line that is written after this one tells of the failure.
    }
  }
  return {
    write(line) {
      text += line
      if (text.length >= ENOUGH) return flushSync()
      if (timer !== undefined) return
      timer = setTimeout(late, DELAY).unref()
      open.add(late)
      listen()
    },
    flushSync,
  }
}

/** Writes everything, or tells what could not be written. */
function writeAll(descriptor: number, bytes: Buffer): { readonly bytes: Buffer; readonly error: unknown } | undefined {
  for (let at = 0; at < bytes.length;) {
    try {
      at += writeSync(descriptor, bytes, at)
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && (error.code === 'EAGAIN' || error.code === 'EBUSY'))) return { bytes: bytes.subarray(at), error }
      // Not a promise: the caller relies on the line being out. A reader that does not read stops the program, as it always did.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, BUSY)
    }
  }
  return undefined
}

/** One listener for all logs of the process; an exception that nobody catches ends with `exit`, too. */
function listen(): void {
  if (listens) return
  listens = true
  process.on('exit', () => {
    for (const flush of open) flush()
  })
}
