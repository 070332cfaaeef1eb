import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import {
  csvReport,
  htmlReport,
  jsonReport,
  junitReport,
  markdownReport,
  sarifReport,
  terminalReport,
  testFiles,
  type RedactedReport,
  type TextStyle,
} from '@countersign/audit'

/** How a report may be written: the file of each in a folder, and its text. */
export const FORMATS = {
  terminal: { file: 'report.txt', write: (report: RedactedReport, { base }: TextStyle) => terminalReport(report, base === undefined ? {} : { base }) },
  json: { file: 'report.json', write: jsonReport },
  sarif: { file: 'report.sarif', write: (report: RedactedReport, { base }: TextStyle) => sarifReport(report, base === undefined ? {} : { base }) },
  html: { file: 'report.html', write: htmlReport },
  markdown: { file: 'report.md', write: markdownReport },
  junit: { file: 'report.junit.xml', write: junitReport },
  csv: { file: 'matrix.csv', write: csvReport },
} as const satisfies Record<string, { readonly file: string; readonly write: (report: RedactedReport, style: TextStyle) => string }>

export type Format = keyof typeof FORMATS

/** Writes every format into a folder, and each finding as a test below it; files of the same names are overwritten. */
export async function writeReports(
  report: RedactedReport,
  { folder, style }: { readonly folder: string; readonly style: TextStyle },
): Promise<readonly string[]> {
  const formats = Object.values(FORMATS).map(({ file, write }) => ({ file, text: write(report, style) }))
  const tests = testFiles(report).map(({ name, text }) => ({ file: join('tests', name), text }))
  const written: string[] = []
  for (const { file, text } of [...formats, ...tests]) {
    const path = join(folder, file)
    await mkdir(dirname(path), { recursive: true })
    // Redacted, and still what an API answered: for its owner alone.
    await writeFile(path, text, { mode: 0o600 })
    written.push(path)
  }
  return written
}
