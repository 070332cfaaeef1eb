import { styleText } from 'node:util'
import { wrongCells, type Cell } from './matrix.ts'

type Colour = 'green' | 'yellow' | 'red' | 'dim'

/** Writes a text in a colour, or leaves it as it is. */
export type Paint = (colour: Colour, text: string) => string

/** Colours for terminals, unless `NO_COLOR` is set (no-color.org). What styleText() itself would look at is left aside. */
export function painter(stream: { readonly isTTY?: boolean }, environment: NodeJS.ProcessEnv): Paint {
  return stream.isTTY === true && environment['NO_COLOR'] === undefined
    ? (colour, text) => styleText(colour, text, { validateStream: false })
    : (_colour, text) => text
}

/** The access matrix as an aligned table: a row for each request, a column for each persona. */
export function matrixTable<P extends string>(cells: readonly Cell<P>[], paint: Paint): string {
  const rows = [...new Set(cells.map(({ row }) => row))]
  const personas = [...new Set(cells.map(({ persona }) => persona))]
  const methods = width(rows.map(({ method }) => method))
  const routes = rows.map(({ method, path }) => `${method.padEnd(methods)} ${path}`)
  const left = [width(['request', ...routes]), width(['asks for', ...rows.map(({ asks }) => asks)])] as const
  const head = ['request'.padEnd(left[0]), 'asks for'.padEnd(left[1]), ...personas].join('  ')
  const body = rows.map((row, index) => {
    const answers = cells.filter((cell) => cell.row === row).map((cell) => statusText(cell, paint))
    return [(routes[index] ?? '').padEnd(left[0]), row.asks.padEnd(left[1]), ...answers].join('  ')
  })
  return [paint('dim', head), ...body].join('\n')
}

/** The table and, below it, whether every answer is as it should be. */
export function matrixReport<P extends string>(cells: readonly Cell<P>[], paint: Paint): string {
  const wrong = wrongCells(cells).length
  const summary = wrong === 0 ? `${cells.length} answers, all as expected` : `${wrong} of ${cells.length} answers are not as expected`
  return `${matrixTable(cells, paint)}\n\n${summary}`
}

/** The status, as wide as the name of its column; one that should be another has an exclamation mark. */
function statusText({ persona, status, expected }: Cell<string>, paint: Paint): string {
  const text = `${status === expected ? '' : '!'}${status}`.padStart(persona.length)
  if (status !== expected) return paint('red', text)
  return paint(status < 400 ? 'green' : 'yellow', text)
}

function width(texts: readonly string[]): number {
  return Math.max(...texts.map((text) => text.length))
}
