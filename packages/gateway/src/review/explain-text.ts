import { STATUS_CODES } from 'node:http'
import type { Account, Answered } from './explain.ts'
import type { Look } from './entrance.ts'
import { painter, placeText, styleOf, type Style, type TextOptions } from './layout.ts'
import type { Part } from './parts.ts'

/** Why an answer is what it is, for a terminal. */
export function explainText(account: Account, options: TextOptions = {}): string {
  const paint = painter(options)
  const { request, persona } = account
  const host = request.assumedHost ? '' : `https://${request.host}`
  return [
    `${paint('bold', `${request.method} ${host}${request.path}`)} as ${paint('bold', persona.name)}\n`,
    factsText(account, options),
    account.entrance.length === 0 ? '' : `\n${account.entrance.map((look) => lookText(look, options)).join('')}`,
    account.parts.length === 0 ? '' : `\n${account.parts.map((part) => partText(part, options)).join('')}`,
    account.near.length === 0
      ? ''
      : `\nClose to it:\n${account.near.map(({ template, methods, difference }) => `  ${methods.join(', ')} ${template}: ${difference}\n`).join('')}`,
    `\n${answerText(account.answer, options)}`,
    waysText(account, options),
  ].join('')
}

function factsText({ request, api, route, miss, persona }: Account, { base, ...options }: TextOptions): string {
  const paint = painter(options)
  const lines: (readonly [label: string, text: string])[] = []
  if (api !== undefined) lines.push(['API', [api.name, ...(api.prefix === '' ? [] : [`below ${api.prefix}`]), hostsText(api.hosts)].join(', ')])
  if (request.assumedHost && api !== undefined && api.hosts.length > 0) lines.push(['', `no host was given; \`${request.host}\` is taken`])
  if (route !== undefined) {
    const params = Object.entries(route.params).map(([name, value]) => `${name} = ${value}`)
    lines.push(['Operation', [route.operation, ...(route.operationId === undefined ? [] : [route.operationId]), ...params].join(', ')])
    lines.push(['Asks for', route.declared ? route.requirement : `${route.requirement}, by default: nobody wrote a requirement`])
    lines.push(['', paint('dim', placeText(route.source, base))])
  }
  if (miss !== undefined) lines.push(['Route', miss])
  lines.push(['Caller', persona.brings])
  return lines.map(([label, text]) => `  ${label.padEnd(10)}${text}\n`).join('')
}

function hostsText(hosts: readonly string[]): string {
  return hosts.length === 0 ? 'any host' : `host ${hosts.join(' or ')}`
}

const FOUND: Readonly<Record<Look['found'], readonly [word: string, style: Style]>> = {
  passed: ['passed', 'green'],
  refused: ['refused', 'red'],
  unknown: ['open', 'yellow'],
}

/** `open` is what only the running gateway can tell. */
function lookText({ setting, text, found }: Look, options: TextOptions): string {
  const [word, style] = FOUND[found]
  return `  ${painter(options)(style, word.padEnd(10))}${setting}: ${text}\n`
}

const MET: Readonly<Record<Part['met'], readonly [word: string, style: Style]>> = {
  yes: ['met', 'green'],
  no: ['not met', 'red'],
  unknown: ['unknown', 'yellow'],
  'not-asked': ['not asked', 'dim'],
}

function partText({ text, met, depth, has }: Part, options: TextOptions): string {
  const [word, style] = MET[met]
  return `  ${painter(options)(style, word.padEnd(10))}${'  '.repeat(depth)}${text}${has === undefined ? '' : ` (${has})`}\n`
}

/** An explanation as JSON: the value itself, with its source as text. */
export function explainJson({ route, ...account }: Account, { base }: Pick<TextOptions, 'base'> = {}): string {
  const value = route === undefined ? account : { ...account, route: { ...route, source: placeText(route.source, base) } }
  return `${JSON.stringify(value, null, 2)}\n`
}

/** The answer as it would stand on the wire; a request that is let through is the upstream's to answer. */
export function answerText({ status, outcome, reason, fields, problem }: Answered, options: TextOptions = {}): string {
  const paint = painter(options)
  if (outcome === 'allow') return `${paint('green', 'Let through')} to the upstream, which answers.\n`
  const style = outcome === 'no-route' || outcome === 'options' ? 'magenta' : styleOf(outcome)
  const first = `${paint(style, `${status} ${STATUS_CODES[status] ?? ''}`.trimEnd())}${reason === undefined ? '' : `  ${paint('dim', `reason ${reason}`)}`}\n`
  const lines = fields.map(([name, value]) => `  ${name}: ${value}\n`).join('')
  const body = problem === undefined ? '' : `\n${JSON.stringify(problem, null, 2).replaceAll(/^/gm, '  ')}\n`
  return first + lines + body
}

function waysText({ ways, answer, route }: Account, options: TextOptions): string {
  if (answer.outcome === 'allow' || answer.outcome === 'options' || route === undefined) return ''
  if (ways.length === 0) return '\nNothing that this caller could bring would change it.\n'
  const lines = ways.map(({ needs, tried }) => `  - ${needs.join(', and ')}${tried ? '' : ' (this cannot be tried offline)'}\n`)
  return `\n${painter(options)('bold', ways.length === 1 ? 'It would be let through with' : 'It would be let through with one of')}\n${lines.join('')}`
}
