import type { Exchange } from '../exchange.ts'

/** The variable of the environment that has the secret of a persona: `ALICE_SECRET`. */
export function variableOf(persona: string): string {
  return `${persona
    .toUpperCase()
    .replace(/[^A-Z0-9]/g, '_')
    .replace(/^(?=\d)/, '_')}_SECRET`
}

/** What stands for secrets in redacted requests; the group is whose it is. */
export const STANDS_FOR = /\[secret of ([^\]]+)\]/g

/** A request as a command for a shell, with secrets as variables. */
export function curlCommand({ request }: Exchange, target: string): string {
  const { method, target: path, fields, body } = request
  const url = path.startsWith('/') ? new URL(target).origin + path : path
  const parts = ['curl -i --path-as-is', method === 'HEAD' ? '-I' : `-X ${quoted(method)}`, quoted(url)]
  for (const [name, value] of fields) parts.push(`-H ${quoted(value === '' ? `${name};` : `${name}: ${value}`)}`)
  if (body !== undefined) parts.push(`--data-raw ${quoted(body)}`)
  return parts.join(' ')
}

/** In single quotes nothing has a meaning but the quote; what stands for a secret is put between them as a variable. */
function quoted(text: string): string {
  const plain = text.replaceAll(/[\u0000-\u0009\u000B-\u001F\u007F]/g, '').replaceAll("'", String.raw`'\''`)
  return `'${plain.replaceAll(STANDS_FOR, (_, persona: string) => `'"$${variableOf(persona)}"'`)}'`
}
