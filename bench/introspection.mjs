// What asking the issuer costs this process. The issuer answers in a process of its own, which is this file, too: `fork` starts it.
import { fork } from 'node:child_process'
import { createServer } from 'node:http'
import { fileURLToPath } from 'node:url'
import { bearerIntrospection, Secret } from 'countersign'
import { AUDIENCE } from './issuer.mjs'
import { context, isAccepted, isGood, opaqueToken } from './operation.mjs'

const FILE = fileURLToPath(import.meta.url)
const TOKENS = 64
const CLIENT = { id: 'bench', secret: 'the secret of the bench' }

export async function introspectionOperations() {
  const origin = await startIssuer()
  const options = { issuer: origin, endpoint: `${origin}/introspect`, client: CLIENT, audience: AUDIENCE, cacheFor: 300 }
  // A memory of two forgets each of many before it comes again.
  const [seen, fresh] = [bearerIntrospection(options), bearerIntrospection({ ...options, cacheSize: 2 })]
  const presented = Array.from({ length: TOKENS }, () => ({ token: new Secret(opaqueToken()) }))
  return {
    'introspection: fetch and JSON.parse alone': (turn) => askRaw(options.endpoint, presented[turn % TOKENS].token.reveal()),
    'introspection: bearerIntrospection, first-seen': (turn) => isAccepted(fresh.verify(presented[turn % TOKENS], context)),
    'introspection: bearerIntrospection, seen before': () => isAccepted(seen.verify(presented[0], context)),
  }
}

const AUTHORIZATION = `Basic ${btoa(`${CLIENT.id}:${encodeURIComponent(CLIENT.secret)}`)}`

/** What nobody can do without. */
async function askRaw(endpoint, token) {
  const headers = { accept: 'application/json', authorization: AUTHORIZATION }
  const response = await fetch(endpoint, { method: 'POST', headers, body: new URLSearchParams({ token, token_type_hint: 'access_token' }) })
  const { active } = JSON.parse(await response.text())
  return isGood(active === true)
}

/** Ends with this process. */
function startIssuer() {
  return new Promise((resolve, reject) => {
    const child = fork(FILE, ['serve'])
    child.once('message', (port) => {
      child.unref()
      child.channel.unref()
      resolve(`http://127.0.0.1:${Number(port)}`)
    })
    child.once('exit', (code) => reject(new Error(`the issuer of introspection.mjs ended with ${code}`)))
  })
}

function serve() {
  const claims = { active: true, sub: 'olga', client_id: 'bench-client', aud: AUDIENCE, scope: 'openid orders:read', token_type: 'Bearer' }
  const server = createServer((request, response) => {
    request.resume().once('end', () => {
      response.writeHead(200, { 'content-type': 'application/json' })
      response.end(JSON.stringify({ ...claims, exp: Math.floor(Date.now() / 1000) + 3600 }))
    })
  })
  server.listen(0, '127.0.0.1', () => process.send(server.address().port))
  process.once('disconnect', () => process.exit())
}

if (process.argv[1] === FILE && process.argv[2] === 'serve') serve()
