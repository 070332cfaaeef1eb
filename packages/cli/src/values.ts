import { secondsOf } from '@countersign/gateway'
import { InvalidArgumentError } from 'commander'

/** Seconds of `90`, `30s`, `5m`, `12h` or `30d`. */
export function duration(text: string): number {
  const seconds = secondsOf(text)
  if (seconds === undefined) throw new InvalidArgumentError('Pass a duration such as 30d, 12h, 5m or 90s.')
  return seconds
}

/** A moment: `30d` from now, or an ISO 8601 time such as `2027-01-31T12:00:00Z`. In seconds since the epoch. */
export function moment(text: string): number {
  const ahead = secondsOf(text)
  if (ahead !== undefined) return Math.floor(Date.now() / 1000) + ahead
  const time = ISO.test(text) ? Date.parse(text) : Number.NaN
  if (Number.isNaN(time)) throw new InvalidArgumentError('Pass a duration from now such as 30d, or a time such as 2027-01-31T12:00:00Z.')
  return Math.floor(time / 1000)
}

// With a zone: what a time without one means depends on the machine.
const ISO = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d))?$/

export function wholeNumber(from: number, to: number): (text: string) => number {
  return (text) => {
    const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN
    if (!(value >= from && value <= to)) throw new InvalidArgumentError(`Pass a whole number from ${from} to ${to}.`)
    return value
  }
}

/** `--role a --role b`, `--role a,b` and `--role a b` are the same. */
export function words(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, ...text.split(/[\s,]+/).filter((word) => word !== '')]
}

/** A time as it is shown: ISO 8601, UTC, to the second. */
export function timeText(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace(/\.\d+Z$/, 'Z')
}
