import { ROWS, type Row } from './expected.ts'
import { PERSONAS, type Credentials, type Persona } from './personas.ts'

/** The answer that one persona got to one request. */
export interface Cell {
  readonly row: Row
  readonly persona: Persona
  readonly status: number
  readonly expected: number
  /** The complete `WWW-Authenticate` text. */
  readonly challenge: string | undefined
}

/** Sends every request of the matrix as every persona, over HTTP, and collects the answers. */
export async function observe(api: string, credentials: Credentials): Promise<readonly Cell[]> {
  const cells: Cell[] = []
  for (const row of ROWS) {
    for (const persona of PERSONAS) cells.push(await ask(api, { row, persona, authorization: credentials[persona] }))
  }
  return cells
}

interface Question {
  readonly row: Row
  readonly persona: Persona
  readonly authorization: string | undefined
}

async function ask(api: string, { row, persona, authorization }: Question): Promise<Cell> {
  const headers = authorization === undefined ? {} : { authorization }
  const response = await fetch(`${api}${row.path}`, { method: row.method, headers, signal: AbortSignal.timeout(10_000) })
  await response.arrayBuffer()
  return { row, persona, status: response.status, expected: row.expected[persona], challenge: response.headers.get('www-authenticate') ?? undefined }
}

/** The cells whose status is not the expected one. */
export function wrongCells(cells: readonly Cell[]): readonly Cell[] {
  return cells.filter(({ status, expected }) => status !== expected)
}

/** The matrix for machines. */
export function matrixAsJson(cells: readonly Cell[]): string {
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
