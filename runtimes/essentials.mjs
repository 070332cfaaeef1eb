// What the client must do in every runtime, with nothing but what all of them have. Writes a line for each check.
import { basic, bearer, createClient, insecureLoopback } from '../packages/client/dist/index.js'
import { tabs } from '../packages/client/dist/tabs/index.js'

const [origin, foreign] = (globalThis.Deno?.args ?? process.argv.slice(2)).slice(-2)
const at = insecureLoopback(origin)
const text = async (path) => (await fetch(`${origin}${path}`)).text()
const lines = []
let failed = false

async function check(name, run, expected) {
  const found = JSON.stringify(await run().catch((error) => String(error)))
  const passed = found === JSON.stringify(expected)
  failed ||= !passed
  lines.push(passed ? `ok ${name}` : `not ok ${name}: ${found} instead of ${JSON.stringify(expected)}`)
}

/** Tokens of which the first is refused; `renew` is asked for the others. */
const renewing = (renew, more = {}) => {
  const obtain = async ({ why, scope }) => ({ value: why === 'start' ? `old${await text(`${renew}/start`)}` : `${await text(renew)}${scope.join('')}`, scope })
  return createClient({ credentials: [bearer({ at, from: { acts: ['refresh', 'request-scope'], obtain }, ...more })] })
}

await check(
  'one renewal for twenty refusals',
  async () => {
    const client = renewing('/renew/parallel')
    const answers = await Promise.all(Array.from({ length: 20 }, async () => (await client.fetch(`${origin}/data`)).status))
    return [new Set(answers).size, answers[0], await text('/times/renew/parallel')]
  },
  [1, 200, '1'],
)

await check(
  'a scope that is missing is asked for',
  async () => {
    const client = renewing('/renew/scope')
    return [(await client.fetch(`${origin}/scope`, { method: 'POST', body: 'text' })).status, await text('/times/scope')]
  },
  [200, '2'],
)

await check(
  'a plain refusal is final, and its body unread',
  async () => {
    const client = createClient({ credentials: [basic({ at, user: 'olga', password: 'p' })] })
    const response = await client.fetch(`${origin}/forbidden`)
    return [response.status, await response.text(), await text('/times/forbidden')]
  },
  [403, '', '1'],
)

await check(
  'Basic answers its challenge',
  async () => {
    const client = createClient({ credentials: [basic({ at, user: 'olga', password: 'p' })] })
    return (await client.fetch(`${origin}/basic`)).status
  },
  200,
)

await check(
  'what is busy is asked again',
  async () => {
    const client = createClient({ credentials: [basic({ at, user: 'olga', password: 'p' })] })
    return (await client.fetch(`${origin}/later`)).status
  },
  200,
)

await check(
  'a redirect to another origin takes no credentials along',
  async () => {
    const client = createClient({ credentials: [bearer({ at, token: 'good' })] })
    return (await client.fetch(`${origin}/away?to=${foreign}`)).text()
  },
  'nothing',
)

await check(
  'an aborted call rejects with its reason',
  async () => {
    const client = createClient({ credentials: [bearer({ at, token: 'good' })] })
    return client.fetch(`${origin}/data`, { signal: AbortSignal.abort(new Error('given up')) }).then(
      () => 'answered',
      (error) => error.message,
    )
  },
  'given up',
)

// Several contexts with one store of tokens; where there are no Web Locks, each renews for itself and nothing is promised.
if (globalThis.navigator?.locks === undefined) lines.push('not run: one renewal for six contexts that share a token, as there are no Web Locks')
else
  for (let round = 0; round < 20; round += 1)
    await check(
      `one renewal for six contexts that share a token, round ${round + 1}`,
      async () => {
        const clients = Array.from({ length: 6 }, () => renewing(`/renew/share${round}`, { share: tabs(`round ${round}`) }))
        const answers = await Promise.all(clients.map(async (client) => (await client.fetch(`${origin}/data`)).status))
        return [new Set(answers).size, answers[0], await text(`/times/renew/share${round}/start`), await text(`/times/renew/share${round}`)]
      },
      [1, 200, '1', '1'],
    )

console.log(lines.join('\n'))
if (globalThis.Deno === undefined) process.exit(failed ? 1 : 0)
else globalThis.Deno.exit(failed ? 1 : 0)
