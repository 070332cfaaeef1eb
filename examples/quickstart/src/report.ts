import { curlTranscript, type Origins } from './curl.ts'
import { wrongCells, type Cell } from './matrix.ts'
import { matrixTable, type Paint } from './table.ts'

/** Where the servers are, who got which answer, and whether that is as it should be. */
export function report(cells: readonly Cell[], { api, issuer }: Origins, paint: Paint): string {
  const wrong = wrongCells(cells).length
  const summary = wrong === 0 ? `${cells.length} answers, all as expected` : `${wrong} of ${cells.length} answers are not as expected`
  return `the API is ${api}, the OpenID provider is ${issuer}\n\n${matrixTable(cells, paint)}\n\n${summary}`
}

/** What to try next, while the servers run. */
export function invitation(cells: readonly Cell[], origins: Origins): string {
  return `\n${curlTranscript(cells, origins)}\n\nlistening on ${origins.api}, the provider on ${origins.issuer}; press Ctrl+C to end`
}
