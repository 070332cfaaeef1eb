import { createServer, type Server } from 'node:http'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { describe, expect, it, onTestFinished } from 'vitest'
import { CONFIG, ordersWorld, start } from './world.ts'

async function upstream(): Promise<string> {
  const server: Server = createServer((_request, response) => response.end('from upstream'))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  const address = server.address()
  return typeof address === 'object' && address !== null ? `http://127.0.0.1:${address.port}` : ''
}

describe('countersign serve', () => {
  it('answers, explains, reloads and drains', async () => {
    const world = await ordersWorld(CONFIG.replace('http://127.0.0.1:9\n', `${await upstream()}\n`))
    const gateway = start(world.folder, ['serve', '--no-watch'])
    const [, api = ''] = await gateway.said(/API on (http:\S+)/)
    const [, admin = ''] = await gateway.said(/Admin on (http:\S+)/)

    const refused = await fetch(`${api}/orders/1`, { method: 'DELETE', headers: { authorization: 'Bearer validtoken' } })
    expect(refused.status).toBe(403)
    const { decision_id: id } = (await refused.json()) as { readonly decision_id: string }
    const allowed = await fetch(`${api}/orders`, { headers: { authorization: 'Bearer validtoken' } })
    expect([allowed.status, await allowed.text()]).toEqual([200, 'from upstream'])

    expect(await world.run(`health --admin ${admin}`)).toEqual({ code: 0, out: 'ready\n', err: '' })

    const key = (await world.run('keys create operator --role countersign:admin')).out.trim()
    const recorded = await world.run(`explain ${id} --admin ${admin}`, { env: { COUNTERSIGN_ADMIN_KEY: key } })
    expect(recorded).toMatchObject({ code: 0, out: expect.stringContaining('403 Forbidden') })
    expect(recorded.out).toContain('DELETE /orders/{id}')
    expect((await world.run(`explain ${id} --json`)).out).toContain('role-missing')
    expect(await world.run('explain 00000000-0000-4000-8000-000000000000')).toMatchObject({ code: 1, err: expect.stringContaining('there is no decision') })
    expect(await world.run(`explain ${id} --admin ${admin}`, { env: { COUNTERSIGN_ADMIN_KEY: 'csk_wrong' } })).toMatchObject({
      code: 1,
      err: expect.stringContaining('the gateway answered 401'),
    })

    await writeFile(world.path('countersign.yaml'), 'version: 1\n')
    gateway.signals.emit('SIGHUP')
    await gateway.said(/countersign\.yaml:\d+:\d+[^]*Not reloaded: configuration [\da-f]{12} stays in force/)
    await writeFile(world.path('countersign.yaml'), CONFIG.replace(', roles: [admin] }\npersonas', ' }\npersonas'))
    gateway.signals.emit('SIGHUP')
    await gateway.said(/Reloaded: configuration [\da-f]{12}/)
    expect((await fetch(`${api}/orders/1`, { method: 'DELETE', headers: { authorization: 'Bearer validtoken' } })).status).not.toBe(403)

    expect(gateway.logged.map((line) => JSON.parse(line) as { readonly decision?: string }).filter(({ decision }) => decision === id)).toHaveLength(1)
    gateway.signals.emit('SIGTERM')
    expect(await gateway.done).toMatchObject({ code: 0 })
    expect(await world.run(`health --admin ${admin}`)).toMatchObject({ code: 1, err: expect.stringContaining('cannot be reached') })
  })

  it('ends at once when it is told twice', async () => {
    const world = await ordersWorld(`${CONFIG}shutdown: { delay: 1s }\n`)
    const exits: number[] = []
    const gateway = start(world.folder, ['serve', '--no-watch', '--port', '0'], exits)
    await gateway.said(/Admin on/)
    gateway.signals.emit('SIGINT')
    await gateway.said(/SIGINT: requests under way may end/)
    gateway.signals.emit('SIGINT')
    expect(exits).toEqual([1])
    expect((await gateway.done).code).toBe(0)
  })

  it('says which port is taken', async () => {
    const busy = new URL(await upstream())
    const world = await ordersWorld()
    expect(await world.run(`serve --no-watch --port ${busy.port}`)).toEqual({
      code: 1,
      out: '',
      err: `countersign: 127.0.0.1:${busy.port}: the address is in use by another program\n`,
    })
  })
})
