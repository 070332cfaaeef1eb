import type { RedactedReport } from './redact.ts'

/** The version of the format; what is added does not change it. */
const VERSION = 1

/** A report as JSON; its schema is published. */
export function jsonReport(report: RedactedReport): string {
  return `${JSON.stringify({ version: VERSION, ...report }, null, 2)}\n`
}
