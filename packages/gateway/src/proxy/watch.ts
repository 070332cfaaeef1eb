/** Something open that may have to end by itself. */
export interface Watched {
  /** Called again and again, with the seconds since the epoch. */
  look(now: number): void
  /** Called when the front stops, for what would not end by itself. */
  shut(): void
}

/** Looks after connections that stay open: one timer for all, and only while there are some. */
export interface Watch {
  add(watched: Watched): void
  remove(watched: Watched): void
  shut(): void
}

export function createWatch(interval: number): Watch {
  const open = new Set<Watched>()
  let timer: NodeJS.Timeout | undefined
  const lookAround = (): void => {
    const now = Date.now() / 1000
    for (const watched of open) watched.look(now)
  }
  return {
    add(watched) {
      open.add(watched)
      timer ??= setInterval(lookAround, interval * 1000).unref()
    },
    remove(watched) {
      open.delete(watched)
      if (open.size > 0) return
      clearInterval(timer)
      timer = undefined
    },
    shut() {
      for (const watched of open) watched.shut()
    },
  }
}
