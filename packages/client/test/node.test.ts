import { expect, test } from 'vitest'
import { bearer, createClient, CredentialsError, insecureLoopback, type RemedyEvent, type TokenSource } from '../src/index.ts'
import { commandToken, environmentToken } from '../src/node/index.ts'
import { answers, startServer } from './server.ts'

async function failure(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => undefined,
    (error: unknown) => error,
  )
}

async function sentBy(from: TokenSource): Promise<{ readonly status: number; readonly seen: readonly string[]; readonly events: readonly RemedyEvent[] }> {
  const server = await startServer(answers([401, { 'www-authenticate': 'Bearer error="invalid_token"' }], [200]))
  const events: RemedyEvent[] = []
  try {
    const { fetch } = createClient({ credentials: [bearer({ at: insecureLoopback(server.origin), from })], onRemedy: (event) => events.push(event) })
    return { status: (await fetch(server.origin)).status, seen: server.seen, events }
  } finally {
    await server.close()
  }
}

test('the token that a program prints is sent, and another one asked for when it is refused', async () => {
  const from = commandToken({ command: process.execPath, arguments: ['-e', 'console.log("t" + process.pid)'] })
  const { status, seen } = await sentBy(from)
  expect([status, seen.length, seen[0] === seen[1]]).toEqual([200, 2, false])
  expect(seen[0]).toMatch(/^GET \/ Bearer t\d+$/)
})

test('what a program printed before it failed is in no error', async () => {
  const error = await failure(
    sentBy(commandToken({ command: process.execPath, arguments: ['-e', 'console.log("hush"); console.error("hush"); process.exit(3)'] })),
  )
  expect(error).toBeInstanceOf(CredentialsError)
  expect(error).toMatchObject({ message: expect.stringContaining('ended with 3') })
  expect(String((error as Error).stack) + JSON.stringify(error)).not.toContain('hush')
})

test('a variable is read when a token is needed, and named when it is missing', async () => {
  process.env['CLIENT_TEST_TOKEN'] = 'from-environment'
  expect((await sentBy(environmentToken('CLIENT_TEST_TOKEN'))).seen).toEqual(['GET / Bearer from-environment', 'GET / Bearer from-environment'])
  delete process.env['CLIENT_TEST_TOKEN']
  expect(await failure(sentBy(environmentToken('CLIENT_TEST_TOKEN')))).toMatchObject({ message: expect.stringContaining('CLIENT_TEST_TOKEN') })
})
