import { AUDIENCE } from './clients.ts'
import type { Cell } from './matrix.ts'

/** What a persona adds to a line of curl. Double quotes, so that the shell fills in variables. */
export type CurlOptions<P extends string> = Readonly<Record<P, readonly string[]>>

/** Shell lines that get the tokens of the provider's clients into variables. */
export function tokenLines(issuer: string): readonly string[] {
  const form = `-d grant_type=client_credentials -d resource=${AUDIENCE} -d scope=orders:write`
  return [
    `token() { curl -s -u "$1:$1-secret" ${form} ${issuer}/token | sed 's/.*"access_token":"\\([^"]*\\)".*/\\1/'; }`,
    'EXPIRED=$(token expired); sleep 1',
    'IVAN=$(token ivan)',
    'OLGA=$(token olga)',
    'ADAM=$(token adam)',
  ]
}

/** The option that sends a bearer token. */
export function bearerOption(token: string): readonly string[] {
  return ['-H', `"Authorization: Bearer ${token}"`]
}

/** The line that sends the request of one cell again. */
export function curlLine<P extends string>({ row, persona }: Pick<Cell<P>, 'row' | 'persona'>, origin: string, options: CurlOptions<P>): string {
  const method = row.method === 'GET' ? [] : ['-X', row.method]
  return ['curl', '-i', ...method, ...options[persona], `${origin}${row.path}`].join(' ')
}

/** Every request of the matrix as a line to paste, and behind it the answer that it got. */
export function curlTranscript<P extends string>(cells: readonly Cell<P>[], origin: string, options: CurlOptions<P>): string {
  const groups = [...new Set(cells.map(({ row }) => row))].map((row) => {
    const lines = cells.filter((cell) => cell.row === row).flatMap((cell) => [curlLine(cell, origin, options), answerLine(cell)])
    return [`# ${row.method} ${row.path} asks for: ${row.asks}`, ...lines].join('\n')
  })
  return groups.join('\n\n')
}

// On a line of its own: zsh takes a comment behind a command for arguments.
function answerLine({ status, challenge }: Cell<string>): string {
  return challenge === undefined ? `# ${status}` : `# ${status}  WWW-Authenticate: ${challenge}`
}
