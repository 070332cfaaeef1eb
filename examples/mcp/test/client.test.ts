import { createClient, insecureLoopback } from '@countersign/client'
import { mcpAuthorization } from '@countersign/client/mcp'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { CALLBACK, CLIENT } from '../src/known-client.ts'
import { browse } from '../src/person.ts'
import { start, type Running } from '../src/start.ts'

let running: Running
beforeAll(async () => {
  running = await start({ port: 0, issuerPort: 0 })
})
afterAll(() => running.close())

it('our client as the fetch of the transport finds its way from nothing to a note, and steps up for the tool that writes', async () => {
  const seen: string[] = []
  const { fetch } = createClient({
    credentials: [
      mcpAuthorization({
        at: insecureLoopback(running.resource),
        clientName: 'notes',
        redirectUri: CALLBACK,
        registered: [{ issuer: insecureLoopback(running.issuer), clientId: CLIENT.client_id }],
        open: async (address) => {
          seen.push(`olga is asked for ${address.searchParams.get('scope')}, resource ${address.searchParams.get('resource')}`)
          const back = new URL(CALLBACK)
          back.search = new URLSearchParams({
            code: await browse(address, CALLBACK),
            state: address.searchParams.get('state') ?? '',
            iss: running.issuer,
          }).toString()
          return back
        },
      }),
    ],
    onRemedy: ({ denial, remedy, repeats }) => seen.push(`${denial.outcome} ${remedy.action} ${repeats ? 'repeats' : 'ends'}`),
  })
  const client = new Client({ name: 'notes', version: '1.0.0' })
  await client.connect(new StreamableHTTPClientTransport(new URL(running.resource), { fetch }))
  expect((await client.callTool({ name: 'list-notes' })).content).toEqual([{ type: 'text', text: 'buy milk' }])
  expect((await client.callTool({ name: 'add-note', arguments: { note: 'call Ivan' } })).content).toEqual([{ type: 'text', text: '2 notes' }])
  await client.close()
  const asked = (scope: string): string => `olga is asked for ${scope}, resource ${running.resource}`
  expect(seen).toEqual([asked('notes:read'), 'challenge authenticate repeats', asked('notes:read notes:write'), 'forbid request-scope repeats'])
})
