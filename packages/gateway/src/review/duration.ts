const UNITS = { s: 1, m: 60, h: 3600, d: 86_400 } as const
const DURATION = /^(\d{1,9})([smhd]?)$/

/** Seconds of `90`, `30s`, `5m`, `12h` or `30d`; nothing for anything else. */
export function secondsOf(text: string): number | undefined {
  const [, count, unit] = DURATION.exec(text.trim()) ?? []
  if (count === undefined) return undefined
  return Number(count) * (unit === 's' || unit === 'm' || unit === 'h' || unit === 'd' ? UNITS[unit] : 1)
}
