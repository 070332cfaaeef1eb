import { createServer, request as httpRequest } from 'node:http'
import { once } from 'node:events'
import { startGateway, type Diagnosis } from '@countersign/gateway'
import { describe, expect, it, onTestFinished } from 'vitest'
import { ordersWorld, type World } from './world.ts'

/** A gateway that runs, as the proxy in front of itself. */
async function running(): Promise<{ readonly world: World; readonly port: number }> {
  const world = await ordersWorld()
  const gateway = await startGateway({ file: world.path('countersign.yaml'), doors: 'front', log: { write: () => true }, watch: false, environment: {} })
  onTestFinished(() => gateway.close())
  return { world, port: gateway.address?.port ?? 0 }
}

/** A proxy that makes pages of its own of refusals. */
async function spoiling(port: number): Promise<number> {
  const server = createServer((asked, answer) => {
    const forward = httpRequest({ host: '127.0.0.1', port, method: asked.method, path: asked.url, headers: asked.rawHeaders }, (got) => {
      got.resume()
      answer.writeHead(got.statusCode === 404 ? 500 : (got.statusCode ?? 500), { Server: 'nginx/1.22.1' }).end('<h1>Error</h1>')
    })
    forward.on('error', () => answer.destroy())
    forward.end()
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}

describe('countersign doctor', () => {
  it('ends with 0 where nothing is damaged', async () => {
    const { world, port } = await running()
    const { code, out, err } = await world.run(`doctor --url http://127.0.0.1:${port}`)
    expect([code, err]).toEqual([0, ''])
    expect(out).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/, a proxy that does not say its name, \d+ requests\n/)
    expect(out).toContain('no defect was found, and 4 of 13 probes were not tried')
  })

  it('ends with 1 and says what is damaged, and how that proxy is mended', async () => {
    const { world, port } = await running()
    const { code, out } = await world.run(`doctor --url http://127.0.0.1:${await spoiling(port)}`)
    expect(code).toBe(1)
    expect(out).toContain('content-lost: The content of a refusal does not arrive')
    expect(out).toContain('GET /countersign-doctor-0 (no such path) was answered 500 instead of 404')
    expect(out).toContain('print-config nginx-accel')
  })

  it('prints JSON', async () => {
    const { world, port } = await running()
    const { code, out } = await world.run(`doctor --url http://127.0.0.1:${await spoiling(port)} --as reader --json`, {
      env: { COUNTERSIGN_CREDENTIAL: 'validtoken' },
    })
    const { proxy, tried } = JSON.parse(out) as Diagnosis
    expect([code, proxy, tried[0]?.probe]).toEqual([1, 'nginx', 'refusals'])
    expect(tried[0]?.defects.map(({ defect }) => defect)).toContain('status-lost')
    expect(out).not.toContain('validtoken')
  })

  it.each([
    ['', "required option '--url <url>' not specified"],
    ['--url ftp://api.example', 'is no URL'],
    ['--url https://a:b@api.example', 'must not have credentials in it'],
    ['--url https://api.example/orders', 'is a host without a path'],
    ['--url http://127.0.0.1:1 --as reader', '$COUNTERSIGN_CREDENTIAL'],
    ['--url http://127.0.0.1:1 --as anonymous', '$COUNTERSIGN_CREDENTIAL'],
    ['--url http://127.0.0.1:1 --echo echo', '--echo is a path'],
    ['--url http://127.0.0.1:1 --guess --stopped', '--guess needs a gateway that answers'],
    ['--url http://127.0.0.1:1 --proxy squid', 'Allowed choices are nginx'],
  ])('refuses `%s`', async (options, text) => {
    const { code, err } = await (await ordersWorld()).run(`doctor ${options}`)
    expect(code).toBe(2)
    expect(err).toContain(text)
  })

  it('ends with 1 where nobody answers', async () => {
    const { code, err } = await (await ordersWorld()).run('doctor --url http://127.0.0.1:1')
    expect([code, err]).toEqual([1, 'countersign: http://127.0.0.1:1 cannot be reached: connect ECONNREFUSED 127.0.0.1:1\n'])
  })
})
