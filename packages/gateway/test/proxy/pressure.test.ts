import { once } from 'node:events'
import { connect } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { Stage } from './stage.ts'

const stage = new Stage()
afterEach(() => stage.end())

const SIZE = 50_000_000
/** What may be under way between two sockets of this machine: kernel buffers and ours. */
const UNDER_WAY = 16_000_000

describe('50 MB', () => {
  test('to a caller who does not read stay at the upstream', async () => {
    let written = 0
    await stage.serve((_request, response) => {
      response.writeHead(200, { 'content-length': SIZE })
      const chunk = Buffer.alloc(65_536)
      const more = (): void => {
        while (written < SIZE) {
          const part = chunk.subarray(0, Math.min(chunk.length, SIZE - written))
          written += part.length
          if (!response.write(part)) return
        }
        response.end()
      }
      response.on('drain', more)
      more()
    })
    await stage.open()
    const socket = connect(stage.port, '127.0.0.1')
    socket.write('GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')
    await once(socket, 'readable')
    let before = -1
    for (let round = 0; round < 50 && before !== written; round++) {
      before = written
      await new Promise((resolve) => setTimeout(resolve, 30))
    }
    expect(written).toBeLessThan(UNDER_WAY)
    let received = 0
    socket.on('data', (chunk: Buffer) => (received += chunk.length))
    await once(socket, 'close')
    expect(received).toBeGreaterThan(SIZE)
    expect(await stage.report()).toMatchObject({ bytesOut: SIZE, aborted: false })
  })

  test('to an upstream that does not read stay at the caller', async () => {
    await stage.serveRaw((socket) => socket.pause())
    await stage.open({ rule: (_request, path) => stage.allow(path.target, { bodyLimit: SIZE, responseTimeout: 0.9 }) })
    const socket = connect(stage.port, '127.0.0.1')
    socket.on('error', () => undefined)
    socket.write(`POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${SIZE}\r\n\r\n`)
    const chunk = Buffer.alloc(1_000_000)
    for (let sent = 0; sent < SIZE; sent += chunk.length) socket.write(chunk)
    let before = -1
    for (let round = 0; round < 50 && before !== socket.writableLength; round++) {
      before = socket.writableLength
      await new Promise((resolve) => setTimeout(resolve, 30))
    }
    expect(socket.writableLength).toBeGreaterThan(SIZE - UNDER_WAY)
    socket.destroy()
    expect((await stage.report()).bytesIn).toBeLessThan(UNDER_WAY)
  })
})

test('a caller who never reads on is cut off', async () => {
  await stage.serve((_request, response) => {
    response.on('error', () => undefined)
    response.end(Buffer.alloc(SIZE))
  })
  await stage.open({ rule: (_request, path) => stage.allow(path.target, { idleTimeout: 0.5 }) })
  const socket = connect(stage.port, '127.0.0.1')
  socket.on('error', () => undefined)
  socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
  expect(await stage.report()).toMatchObject({ status: 200, failure: 'caller-slow' })
  socket.destroy()
})
