import { closeSync, openSync, writeSync } from 'node:fs'

/** A file that events are appended to, one JSON line each. */
export interface AuditFile {
  /** Throws if the line cannot be written, for want of space as an example. */
  write(event: object): void
  /** Opens the file anew under its name, after something moved it away. */
  reopen(): void
  close(): void
}

/**
 * Opens a file of events for appending; it is made with mode 0600 if it is not there.
 *
 * `SIGHUP` opens it anew, which is what logrotate sends after moving it. The descriptor is in append mode, so that
 * several processes can share the file. Throws if it cannot be opened.
 */
export function auditFile(path: string): AuditFile {
  const open = (): number => openSync(path, 'a', 0o600)
  let descriptor = open()
  const reopen = (): void => {
    const fresh = open()
    closeSync(descriptor)
    descriptor = fresh
  }
  process.on('SIGHUP', reopen)
  return {
    write(event) {
      const line = Buffer.from(`${JSON.stringify(event)}\n`)
      for (let written = 0; written < line.length;) written += writeSync(descriptor, line, written)
    },
    reopen,
    close() {
      process.off('SIGHUP', reopen)
      closeSync(descriptor)
    },
  }
}
