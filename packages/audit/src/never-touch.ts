/** What is never sent unless somebody asks for it: it ends sessions, costs money, reaches people, or stops the server. */
const WORDS: readonly (readonly [word: RegExp, why: string])[] = [
  [/^(log|sign)-?_?(out|off)$/, 'it ends a session'],
  [/^(passwords?|passwd|passphrase)$/, 'it is about passwords'],
  [/^(payments?|pay|checkout|charges?|refunds?|payouts?|transfers?|withdrawals?|invoices?|billing|purchases?)$/, 'it may move money'],
  [/^(e?mails?|mailings?|sms|newsletters?|notifications?|invites?|invitations?)$/, 'it may write to people'],
  [/^(shutdown|restart|reboot|poweroff|halt|terminate|factory-?reset|wipe|purge|drop|truncate|reinstall|upgrade)$/, 'it may stop or empty the server'],
  [/^(deactivate|close-?account|delete-?account|unsubscribe)$/, 'it may end an account'],
  [/^(triggers?|deploy)$/, 'it may set off something elsewhere'],
  [/^(webhooks?|hooks?|callbacks?|deployments?)$/, 'it may call somebody elsewhere'],
]

/** Words that stop an operation only if it changes something: reading invoices moves no money. */
const READ_ALSO = /session|stop|set off/

export interface Touched {
  readonly method: string
  readonly path: string
  readonly id?: string
  readonly tags: readonly string[]
}

/** Why the default list forbids an operation: by the words of its path, its `operationId` or its tags. */
export function forbiddenByDefault({ method, path, id, tags }: Touched): string | undefined {
  const reads = method === 'GET' || method === 'HEAD'
  const written = [...path.split('/').filter((segment) => !segment.startsWith('{')), ...(reads ? [] : tags)]
  const words = [...written.flatMap(wordsOf), ...(id === undefined ? [] : wordsOf(id))]
  for (const [word, why] of WORDS) {
    if (reads && !READ_ALSO.test(why)) continue
    const found = words.find((one) => word.test(one))
    if (found !== undefined) return `\`${found}\`: ${why}`
  }
  if (method === 'DELETE' && /\/(me|self|accounts?|account\/\{[^}]*\}|accounts\/\{[^}]*\})$/.test(path)) return 'it may delete an account'
  return undefined
}

/** A text as one word, and its parts: `sendMail` is `sendmail`, `send` and `mail`. */
function wordsOf(text: string): readonly string[] {
  const parts = text
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((part) => part !== '')
  return [text.toLowerCase(), ...parts, ...parts.slice(1).map((part, index) => `${parts[index]}-${part}`)]
}

/** Whether `GET /orders/{id}` is one of the operations that a list names; `*` stands for anything, a line without a method for all of them. */
export function isNamed(list: readonly string[], { method, path, id }: Pick<Touched, 'method' | 'path' | 'id'>): boolean {
  return list.some((line) => {
    const [, verb = '*', rest = ''] = /^(?:([A-Z]+|\*)\s+)?(\S+)$/.exec(line.trim()) ?? []
    if (verb !== '*' && verb !== method) return false
    return rest === id || pattern(rest).test(path)
  })
}

function pattern(text: string): RegExp {
  return new RegExp(
    `^${text
      .split('*')
      .map((part) => part.replace(/[.+?^${}()|[\]\\]/g, String.raw`\$&`))
      .join('.*')}$`,
  )
}
