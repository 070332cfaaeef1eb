import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { jsonReport, sarifReport, terminalReport, type RedactedReport, type TextStyle } from '@countersign/audit'

/** How a report may be written: the file of each in a folder, and its text. */
export const FORMATS = {
  terminal: { file: 'report.txt', write: (report: RedactedReport, { base }: TextStyle) => terminalReport(report, base === undefined ? {} : { base }) },
  json: { file: 'report.json', write: jsonReport },
  sarif: { file: 'report.sarif', write: (report: RedactedReport, { base }: TextStyle) => sarifReport(report, base === undefined ? {} : { base }) },
} as const satisfies Record<string, { readonly file: string; readonly write: (report: RedactedReport, style: TextStyle) => string }>

export type Format = keyof typeof FORMATS

/** Writes every format into a folder; what is in it is overwritten. */
export async function writeReports(
  report: RedactedReport,
  { folder, style }: { readonly folder: string; readonly style: TextStyle },
): Promise<readonly string[]> {
  const files: string[] = []
  for (const { file, write } of Object.values(FORMATS)) {
    const path = join(folder, file)
    await mkdir(dirname(path), { recursive: true })
    // Redacted, and still what an API answered: for its owner alone.
    await writeFile(path, write(report, style), { mode: 0o600 })
    files.push(path)
  }
  return files
}
