import type { Progress } from '@countersign/audit'
import type { Output } from '../io.ts'

/** A line on a terminal that shows how far a run is, written over again and again. */
export interface ProgressBar {
  show(progress: Progress): void
  /** Takes the line away. */
  clear(): void
}

/** Milliseconds between two pictures. */
const PAUSE = 100
const BAR = 20
const CLEAR = '\r\u001B[2K'

/** Nothing is written where nobody looks at a terminal. */
export function createProgressBar(output: Output, now: () => number = Date.now): ProgressBar {
  if (output.isTTY !== true) return { show: () => undefined, clear: () => undefined }
  const started = now()
  let last = Number.NEGATIVE_INFINITY
  return {
    show: (progress) => {
      if (now() - last < PAUSE && progress.done < progress.total) return
      last = now()
      const line = progressText(progress, (now() - started) / 1000)
      output.write(CLEAR + line.slice(0, (output.columns ?? 80) - 1))
    },
    clear: () => void (last === Number.NEGATIVE_INFINITY || output.write(CLEAR)),
  }
}

/** `reading   [#####---------------] 120 of 690, 570 remaining, 312 requests, 4.9/s`. */
export function progressText({ phase, done, total, requests }: Progress, seconds: number): string {
  const filled = total === 0 ? 0 : Math.min(BAR, Math.floor((done / total) * BAR))
  const bar = `[${'#'.repeat(filled)}${'-'.repeat(BAR - filled)}]`
  const rate = seconds > 0 ? `, ${(requests / seconds).toFixed(1)}/s` : ''
  return `${phase.padEnd(11)} ${bar} ${done} of ${total}, ${Math.max(0, total - done)} remaining, ${requests} requests${rate}`
}
