import { isAbsolute } from 'node:path'
import { pathToFileURL } from 'node:url'
import { VERSION } from '../version.ts'
import type { Diagnostic } from './config.ts'

export interface SarifOptions {
  /** The version of the tool. Default: that of this package. */
  readonly version?: string
}

/** The members of SARIF 2.1.0 that are written here. */
export interface SarifLog {
  readonly $schema: string
  readonly version: '2.1.0'
  readonly runs: readonly [SarifRun]
}

export interface SarifRun {
  readonly tool: { readonly driver: { readonly name: string; readonly version: string; readonly rules: readonly { readonly id: string }[] } }
  readonly columnKind: 'utf16CodeUnits'
  readonly results: readonly SarifResult[]
}

export interface SarifResult {
  readonly ruleId: string
  readonly ruleIndex: number
  readonly level: Diagnostic['severity']
  readonly message: { readonly text: string }
  readonly locations: readonly [
    {
      readonly physicalLocation: {
        readonly artifactLocation: { readonly uri: string }
        readonly region: { readonly startLine: number; readonly startColumn: number; readonly snippet?: { readonly text: string } }
      }
    },
  ]
}

/** Diagnostics for code scanning: a log of SARIF 2.1.0 (OASIS) with one run. */
export function diagnosticsToSarif(diagnostics: readonly Diagnostic[], { version = VERSION }: SarifOptions = {}): SarifLog {
  const rules = [...new Set(diagnostics.map(({ code }) => code))].toSorted()
  const driver = { name: 'countersign', version, rules: rules.map((id) => ({ id })) }
  const results = diagnostics.map((one) => resultOf(one, rules.indexOf(one.code)))
  return {
    $schema: 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json',
    version: '2.1.0',
    runs: [{ tool: { driver }, columnKind: 'utf16CodeUnits', results }],
  }
}

function resultOf({ code, severity, message, hint, place, excerpt }: Diagnostic, ruleIndex: number): SarifResult {
  const region = { startLine: place.line, startColumn: place.column, ...(excerpt === undefined ? {} : { snippet: { text: excerpt } }) }
  return {
    ruleId: code,
    ruleIndex,
    level: severity,
    message: { text: hint === undefined ? message : `${message}; ${hint}` },
    locations: [{ physicalLocation: { artifactLocation: { uri: uriOf(place.file) }, region } }],
  }
}

/** A relative path stays relative, to the root of the repository that is scanned (SARIF 2.1.0 section 3.4.3). */
function uriOf(file: string): string {
  return isAbsolute(file) ? pathToFileURL(file).href : file.replaceAll('\\', '/').replace(/^\.\//, '').split('/').map(encodeURIComponent).join('/')
}
