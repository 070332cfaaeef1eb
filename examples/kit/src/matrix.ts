import { request, type IncomingMessage } from 'node:http'

/** A row of an access matrix: a request, what its route asks for, and the status that every persona should get. */
export interface Row<P extends string> {
  readonly method: string
  readonly path: string
  readonly asks: string
  readonly expected: Readonly<Record<P, number>>
}

/** The answer that one persona got to one request. */
export interface Cell<P extends string> {
  readonly row: Row<P>
  readonly persona: P
  readonly status: number
  readonly expected: number
  /** The complete `WWW-Authenticate` text. */
  readonly challenge: string | undefined
  /** The id under which a refusal is explained, if it has one. */
  readonly decision: string | undefined
}

/** The request fields that each persona sends. */
export type PersonaFields<P extends string> = Readonly<Record<P, Readonly<Record<string, string>>>>

/** Sends every request of the matrix as every persona, over HTTP, and collects the answers. */
export async function observe<P extends string>(origin: string, rows: readonly Row<P>[], fields: PersonaFields<P>): Promise<readonly Cell<P>[]> {
  const cells: Cell<P>[] = []
  for (const row of rows) {
    // The fields have exactly the personas.
    for (const persona of Object.keys(fields) as P[]) cells.push(await ask(origin, { row, persona, headers: fields[persona] }))
  }
  return cells
}

interface Question<P extends string> {
  readonly row: Row<P>
  readonly persona: P
  readonly headers: Readonly<Record<string, string>>
}

// Not fetch(): that says in fields of its own that a script asks, and would get other answers than curl.
function ask<P extends string>(origin: string, { row, persona, headers }: Question<P>): Promise<Cell<P>> {
  return new Promise((resolve, reject) => {
    const sent = request(`${origin}${row.path}`, { method: row.method, headers, signal: AbortSignal.timeout(10_000) }, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (part: string) => (text += part))
      response.once('end', () => resolve(cellOf({ row, persona }, response, text)))
    })
    sent.once('error', reject).end()
  })
}

function cellOf<P extends string>({ row, persona }: Pick<Cell<P>, 'row' | 'persona'>, { statusCode = 0, headers }: IncomingMessage, text: string): Cell<P> {
  return {
    row,
    persona,
    status: statusCode,
    expected: row.expected[persona],
    challenge: headers['www-authenticate'],
    decision: /"decision_id":"([^"]+)"/.exec(text)?.[1],
  }
}

/** The cells whose status is not the expected one. */
export function wrongCells<P extends string>(cells: readonly Cell<P>[]): readonly Cell<P>[] {
  return cells.filter(({ status, expected }) => status !== expected)
}

/** The matrix for machines. */
export function matrixAsJson<P extends string>(cells: readonly Cell<P>[]): string {
  const answers = cells.map(({ row, persona, status, expected, challenge }) => ({
    request: `${row.method} ${row.path}`,
    requirement: row.asks,
    persona,
    status,
    expected,
    wwwAuthenticate: challenge ?? null,
  }))
  return JSON.stringify({ correct: wrongCells(cells).length === 0, answers }, null, 2)
}
