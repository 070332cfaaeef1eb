import { ROWS } from './expected.ts'
import { AUDIENCE } from './guard.ts'
import type { Cell } from './matrix.ts'
import type { Persona } from './personas.ts'

/** Where the two servers are. */
export interface Origins {
  readonly api: string
  readonly issuer: string
}

/** Shell lines that get the tokens of the provider's personas into variables. */
export function tokenLines({ issuer }: Origins): readonly string[] {
  const form = `-d grant_type=client_credentials -d resource=${AUDIENCE} -d scope=orders:write`
  return [
    `token() { curl -s -u "$1:$1-secret" ${form} ${issuer}/token | sed 's/.*"access_token":"\\([^"]*\\)".*/\\1/'; }`,
    'EXPIRED=$(token expired); sleep 1',
    'IVAN=$(token ivan)',
    'OLGA=$(token olga)',
    'ADAM=$(token adam)',
  ]
}

/** The line that sends the request of one cell again. */
export function curlLine({ row, persona }: Pick<Cell, 'row' | 'persona'>, { api }: Origins): string {
  const method = row.method === 'GET' ? [] : ['-X', row.method]
  return ['curl', '-i', ...method, ...HEADER[persona], `${api}${row.path}`].join(' ')
}

/** What a persona adds to the line. Double quotes, so that the shell fills in the variable. */
const HEADER: Readonly<Record<Persona, readonly string[]>> = {
  nobody: [],
  garbled: header('a b'),
  expired: header('$EXPIRED'),
  ivan: header('$IVAN'),
  olga: header('$OLGA'),
  adam: header('$ADAM'),
  validtoken: header('validtoken'),
  admintoken: header('admintoken'),
}

function header(token: string): readonly string[] {
  return ['-H', `"Authorization: Bearer ${token}"`]
}

/** Every request of the matrix as a line to paste, and behind it the answer that it got. */
export function curlTranscript(cells: readonly Cell[], origins: Origins): string {
  const groups = ROWS.map((row) => {
    const lines = cells.filter((cell) => cell.row === row).flatMap((cell) => [curlLine(cell, origins), answerLine(cell)])
    return [`# ${row.method} ${row.path} asks for: ${row.asks}`, ...lines].join('\n')
  })
  return [['# tokens, for the lines below', ...tokenLines(origins)].join('\n'), ...groups].join('\n\n')
}

// On a line of its own: zsh takes a comment behind a command for arguments.
function answerLine({ status, challenge }: Cell): string {
  return challenge === undefined ? `# ${status}` : `# ${status}  WWW-Authenticate: ${challenge}`
}
