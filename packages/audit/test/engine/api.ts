import { mkdtemp, writeFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { AuditConfig } from '../../src/config/config.ts'
import type { Persona } from '../../src/persona.ts'

export type Handler = (request: IncomingMessage, response: ServerResponse, caller: string | undefined) => void

/** A server on the loopback interface that knows callers by their token, and what it was asked. */
export interface Api {
  readonly url: string
  readonly port: number
  readonly seen: { readonly method: string; readonly url: string; readonly caller: string | undefined; readonly fields: readonly string[] }[]
  close(): Promise<void>
}

/** Starts it; tokens are `token-NAME`. */
export async function startApi(handler: Handler): Promise<Api> {
  const seen: Api['seen'] = []
  const server = createServer((request, response) => {
    const caller = /^Bearer token-(\w+)$/.exec(request.headers.authorization ?? '')?.[1]
    seen.push({ method: request.method ?? '', url: request.url ?? '', caller, fields: request.rawHeaders })
    handler(request, response, caller)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    seen,
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

export function json(response: ServerResponse, status: number, body: unknown, fields: Record<string, string> = {}): void {
  response.writeHead(status, { 'Content-Type': 'application/json', ...fields })
  response.end(JSON.stringify(body))
}

/** A persona with a token that never changes. */
export function bearer(
  name: string,
  { roles = [], token = () => `token-${name}` }: { roles?: readonly string[]; token?: () => string } = {},
): Persona & { renewed: number } {
  return {
    name,
    principal: { subject: name, scheme: 'Bearer', scopes: [], roles, assurance: {}, claims: {} },
    caretaker: false,
    renewed: 0,
    credentials: async () => ({ kind: 'bearer', fields: [['Authorization', `Bearer ${token()}`]], value: token() }),
    renew() {
      this.renewed += 1
    },
    authorize: async (request, { fields }) => ({ ...request, fields: [...request.fields, ...fields] }),
  }
}

/** Writes a document into a folder of its own. */
export async function documentFile(document: unknown): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'countersign-audit-'))
  const file = join(folder, 'openapi.json')
  await writeFile(file, JSON.stringify(document))
  return file
}

export function configFor(target: string, openapi: string, more: Partial<AuditConfig> = {}): AuditConfig {
  return {
    target,
    openapi,
    personas: [],
    resources: [],
    public: [],
    neverTouch: [],
    accepted: [],
    mode: 'safe',
    rate: 0,
    parallel: 2,
    maxRequests: 2000,
    timeLimit: 10,
    failOn: { level: 'strong', severity: 'medium' },
    privateMembers: [],
    origins: [],
    ...more,
  }
}
