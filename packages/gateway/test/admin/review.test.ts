import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runAdmin, type RunningAdmin } from './running.ts'

let running: RunningAdmin
beforeAll(async () => {
  running = await runAdmin()
})
afterAll(() => running.close())

const get = (path: string) => running.ask('GET', `/api/v1/${path}`, { key: running.keys.read })
const explain = (query: Readonly<Record<string, string>>) => get(`explain?${new URLSearchParams(query).toString()}`)

describe('the matrix of the configuration in force', () => {
  it('is what the command prints with --json', async () => {
    const answered = await get('matrix')
    expect(answered.headers['content-type']).toBe('application/json')
    expect(answered.json()).toEqual({
      personas: ['anonymous', 'writer'],
      notes: ['network.denied: callers from 192.0.2.0/24 are refused everywhere'],
      rows: [
        {
          api: 'orders',
          operation: 'GET /orders',
          method: 'GET',
          template: '/orders',
          requirement: 'authenticated',
          declared: true,
          source: 'countersign.yaml:10:9',
          cells: { anonymous: { status: 401, outcome: 'challenge', reason: 'credentials-missing' }, writer: { status: 200, outcome: 'allow' } },
        },
        {
          api: 'orders',
          operation: 'POST /orders',
          method: 'POST',
          template: '/orders',
          requirement: 'role(writer)',
          declared: true,
          source: 'countersign.yaml:11:9',
          cells: { anonymous: { status: 401, outcome: 'challenge', reason: 'credentials-missing' }, writer: { status: 200, outcome: 'allow' } },
        },
      ],
    })
  })
})

describe('an explanation', () => {
  it('tells what a persona gets, and from where', async () => {
    const answered = await explain({ method: 'post', url: '/orders', as: 'writer', from: '192.0.2.7' })
    expect(answered.json()).toMatchObject({
      request: { method: 'POST', path: '/orders' },
      persona: { name: 'writer' },
      entrance: [
        { setting: 'network.denied', found: 'refused' },
        { setting: 'abuse.guessing', found: 'unknown' },
      ],
      answer: { status: 403, reason: 'address-refused' },
    })
    expect((await explain({ method: 'GET', url: '/orders' })).json()).toMatchObject({ persona: { name: 'anonymous' }, answer: { status: 401 } })
  })

  it.each([
    [
      {},
      {
        errors: [
          { member: 'method', found: 'nothing', accepted: 'one value' },
          { member: 'url', found: 'nothing', accepted: 'one value' },
        ],
      },
    ],
    [{ method: 'G T', url: '/' }, { errors: [{ member: 'method', found: '3 characters', accepted: 'a method such as `GET`' }] }],
    [{ method: 'GET', url: '/', as: 'writr' }, { detail: 'there is no persona `writr`; `writer` was probably meant' }],
    [{ method: 'GET', url: 'orders' }, { detail: expect.stringContaining('is no URL; pass a path') }],
    [{ method: 'GET', url: '/', from: 'home' }, { detail: '`home` is no IP address; pass one such as 192.0.2.7 or 2001:db8::7' }],
  ])('of what cannot be read is a 400 that says so (%#)', async (query, expected) => {
    const answered = await explain(query)
    expect(answered.status).toBe(400)
    expect(answered.json()).toMatchObject(expected)
  })
})
