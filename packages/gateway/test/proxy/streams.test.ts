import { once } from 'node:events'
import { request } from 'node:http'
import type { IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { Stage } from './stage.ts'

const stage = new Stage()
afterEach(() => stage.end())

async function listen(): Promise<IncomingMessage> {
  const asked = request({ host: '127.0.0.1', port: stage.port, path: '/events', agent: false })
  asked.end()
  const [response] = (await once(asked, 'response')) as [IncomingMessage]
  response.setEncoding('utf8')
  return response
}

/** An upstream that never ends its events. */
async function serveEvents(first = 'data: 1\n\n'): Promise<{ left: Promise<void> }> {
  let leave: () => void = () => undefined
  const left = new Promise<void>((resolve) => {
    leave = resolve
  })
  await stage.serve((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.on('close', leave)
    if (first === '') response.flushHeaders()
    else response.write(first)
  })
  return { left }
}

describe('an event stream', () => {
  test('begins at once, even before its first event', async () => {
    await serveEvents('')
    await stage.open()
    expect((await listen()).headers['content-type']).toBe('text/event-stream')
  })

  test('passes every event when it comes', async () => {
    await serveEvents()
    await stage.open()
    expect((await once(await listen(), 'data'))[0]).toBe('data: 1\n\n')
  })

  test.each([
    ['the credential ends', { ends: 0 }],
    ['the credential is revoked', { stillGood: () => false }],
  ])('ends cleanly when %s', async (_name, rest) => {
    const { left } = await serveEvents()
    await stage.open({ rule: (_request, path) => stage.allow(path.target, {}, rest) })
    const response = await listen()
    response.resume()
    await once(response, 'end')
    expect(response.complete).toBe(true)
    await left
    expect(await stage.report()).toMatchObject({ status: 200, by: 'upstream', aborted: false })
  })

  test('that is good goes on', async () => {
    await serveEvents()
    let looks = 0
    await stage.open({ rule: (_request, path) => stage.allow(path.target, {}, { ends: Date.now() / 1000 + 60, stillGood: () => ++looks > 0 }) })
    const response = await listen()
    let ended = false
    response.on('end', () => (ended = true)).resume()
    await new Promise((resolve) => setTimeout(resolve, 250))
    expect([looks > 0, ended]).toEqual([true, false])
    response.destroy()
  })
})

describe('draining', () => {
  test('lets what is under way end, and takes nothing new', async () => {
    let answer: () => void = () => undefined
    await stage.serve((_request, response) => {
      answer = () => response.end('done')
    })
    await stage.open()
    const pending = stage.ask('/', { agent: undefined as never })
    for (let round = 0; round < 100 && stage.front.connections() === 0; round++) await new Promise((resolve) => setImmediate(resolve))
    await new Promise((resolve) => setTimeout(resolve, 30))
    const drained = stage.front.drain(5)
    const refused = connect(stage.port, '127.0.0.1')
    expect((await once(refused, 'error'))[0]).toMatchObject({ code: 'ECONNREFUSED' })
    answer()
    const got = await pending
    expect([got.text, got.headers.connection]).toEqual(['done', 'close'])
    await drained
    expect(stage.front.connections()).toBe(0)
  })

  test('ends idle connections and event streams at once', async () => {
    await serveEvents()
    await stage.open()
    const idle = connect(stage.port, '127.0.0.1')
    await once(idle, 'connect')
    const response = await listen()
    response.resume()
    const ended = once(response, 'end')
    const began = Date.now()
    await stage.front.drain(5)
    await ended
    expect(Date.now() - began).toBeLessThan(2000)
  })

  test('waits no longer than it was told', async () => {
    await stage.serve(() => undefined)
    await stage.open()
    const hanging = stage.ask('/')
    const failed = expect(hanging).rejects.toThrow(/hang up|ECONNRESET/)
    await new Promise((resolve) => setTimeout(resolve, 30))
    const began = Date.now()
    await stage.front.drain(0.2)
    expect(Date.now() - began).toBeLessThan(1500)
    await failed
  })
})
