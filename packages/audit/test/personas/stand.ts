import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { CredentialSource, PersonaSetting } from '../../src/config/config.ts'
import type { Persona } from '../../src/persona.ts'
import { createPersonas, type PersonaOptions } from '../../src/personas/personas.ts'

/** A request as it came. */
export interface Seen {
  readonly line: string
  readonly fields: IncomingMessage['headers']
  readonly body: string
}

/** A server on the loopback interface, and what came to it. */
export interface Stand {
  readonly url: string
  readonly seen: Seen[]
  close(): Promise<void>
}

export async function stand(answer: (seen: Seen, response: ServerResponse) => void): Promise<Stand> {
  const seen: Seen[] = []
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk: Buffer) => (body += chunk.toString()))
    request.on('end', () => {
      const one = { line: `${request.method} ${request.url}`, fields: request.headers, body }
      seen.push(one)
      answer(one, response)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

export const SETTING: Omit<PersonaSetting, 'credentials'> = { name: 'alice', subject: 'alice', roles: [], scopes: [], machine: false, caretaker: false }

/** A persona with these credentials. */
export async function personaWith(credentials: CredentialSource, target: string, options: Partial<PersonaOptions> = {}): Promise<Persona> {
  const [persona] = await createPersonas({ target, personas: [{ ...SETTING, credentials }] }, { env: {}, folder: '.', ...options })
  if (persona === undefined) throw new TypeError('there is one persona')
  return persona
}

/** How a request of the persona looks. */
export async function requestOf(persona: Persona, target = '/data?a=1', method = 'GET') {
  const credentials = await persona.credentials()
  const request = { method, target, fields: [] }
  return credentials === undefined ? request : persona.authorize(request, credentials)
}
