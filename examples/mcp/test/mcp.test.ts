import { afterAll, beforeAll, expect, it } from 'vitest'
import { start, type Running } from '../src/start.ts'
import { tour } from '../src/tour.ts'

let running: Running
beforeAll(async () => {
  running = await start({ port: 0, issuerPort: 0 })
})
afterAll(() => running.close())

it('the client of the official SDK finds its way from nothing to a note, and steps up for the tool that writes', async () => {
  const lines: string[] = []
  expect(await tour(running.resource, (line) => lines.push(line))).toEqual(['buy milk', '2 notes', 'buy milk\ncall Ivan'])
  const sentFor = (scope: string): string => `the client sends olga to ${running.issuer} for ${scope}, resource ${running.resource}`
  expect(lines).toEqual([
    'the client has registered itself as tour',
    sentFor('notes:read'),
    'list-notes: buy milk',
    'add-note needs more than the token has',
    sentFor('notes:read notes:write'),
    'add-note: 2 notes',
  ])
})
