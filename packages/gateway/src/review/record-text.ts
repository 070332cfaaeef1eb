import { STATUS_CODES } from 'node:http'
import type { DecisionRecord } from '../store/store.ts'
import { painter, type TextOptions } from './layout.ts'

/** A decision as it was kept, for a terminal. */
export function recordText(record: DecisionRecord, options: TextOptions = {}): string {
  const paint = painter(options)
  const { id, at, method, host, path, status, reason, subject, scheme } = record
  const lines: (readonly [label: string, text: string | undefined])[] = [
    ['Decision', id],
    ['At', new Date(at * 1000).toISOString()],
    ['API', record.api],
    ['Operation', record.route ?? 'none matched'],
    ['Asks for', record.requirement],
    ['', record.source === undefined ? undefined : paint('dim', record.source)],
    ['Caller', subject === undefined ? 'not known' : `\`${subject}\`${scheme === undefined ? '' : `, by ${scheme}`}`],
    ['Config', record.config],
  ]
  const facts = lines.flatMap(([label, text]) => (text === undefined ? [] : [`  ${label.padEnd(10)}${text}\n`]))
  const steps = record.steps.map((step) => `  ${stepText(step)}\n`)
  const answer = `${status} ${STATUS_CODES[status] ?? ''}`.trimEnd()
  return [
    `${paint('bold', `${method} ${host}${path}`)}\n`,
    ...facts,
    ...(steps.length === 0 ? [] : ['\n', ...steps]),
    `\n${paint(status < 400 ? 'green' : 'red', answer)}  ${paint('dim', reason === undefined ? record.outcome : `${record.outcome}, reason ${reason}`)}\n`,
  ].join('')
}

/** Steps are kept as they were when they were written, so what is not known is shown as it is. */
function stepText(step: unknown): string {
  if (typeof step !== 'object' || step === null || !('stage' in step)) return JSON.stringify(step)
  const { stage, ...rest } = step
  const parts = Object.entries(rest).map(([name, value]) => `${name} ${typeof value === 'string' ? value : JSON.stringify(value)}`)
  return `${String(stage).padEnd(10)}${parts.join(', ')}`
}
