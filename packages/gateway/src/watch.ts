import { watch, type FSWatcher } from 'node:fs'
import { basename, dirname } from 'node:path'

/** Milliseconds without a change after which a change counts: editors write in several steps. */
const QUIET = 150

/** Tells of changes to files until it is closed. Folders are watched, because editors replace files. */
export class FileWatch {
  readonly #changed: () => void
  #watchers: FSWatcher[] = []
  #timer: NodeJS.Timeout | undefined

  constructor(changed: () => void) {
    this.#changed = changed
  }

  /** Watches these files from now on, and no others. */
  follow(files: readonly string[]): void {
    this.close()
    const folders = new Map<string, Set<string>>()
    for (const file of files) folders.set(dirname(file), (folders.get(dirname(file)) ?? new Set()).add(basename(file)))
    for (const [folder, names] of folders) {
      const watcher = watch(folder, { persistent: false }, (_, name) => {
        if (name === null || names.has(name)) this.#soon()
      })
      // A folder that goes away cannot be watched; SIGHUP and the admin API still reload.
      watcher.on('error', () => watcher.close())
      this.#watchers.push(watcher)
    }
  }

  close(): void {
    clearTimeout(this.#timer)
    for (const watcher of this.#watchers) watcher.close()
    this.#watchers = []
  }

  #soon(): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(this.#changed, QUIET)
    this.#timer.unref()
  }
}
