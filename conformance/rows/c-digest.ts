import { answering, digestSite, givenIn, PREVIOUS_NONCE, responding, STALE_NONCE, type DigestChange } from '../fixtures/digest.ts'
import { authorization, request, type Rows, type Stage, type Sent, type Variant } from '../situations.ts'

const notHead = 'the response is for GET'
const fresh = { site: digestSite, read: givenIn, notHead: 'its nonce is another one' } as const
const at = { site: digestSite, read: givenIn, notHead } as const

function improper(name: string, params: NonNullable<DigestChange['params']>): Variant {
  return { ...at, name, send: answering({ params }) }
}

function elsewhere(name: string, uri: string): Variant {
  return { name, site: digestSite, notHead, send: answering({ params: { uri } }) }
}

function good(name: string, change: DigestChange = {}): Variant {
  return { name, site: digestSite, send: answering(change), passes: true }
}

/** A request that was let in once. */
async function again(stage: Stage): Promise<Sent> {
  const sent = await answering()(stage)
  const { status } = await stage.send(sent)
  if (status !== 200) throw new Error(`the response was not let in before it was replayed: ${status}`)
  return sent
}

/** Name and password by Digest. */
export const digestRows: Rows = {
  'no-credentials-digest': [
    { ...fresh, name: 'nothing sent', send: request() },
    { ...fresh, name: 'nothing sent with HEAD', send: request({ method: 'HEAD' }) },
    {
      ...fresh,
      name: 'asked twice, with two nonces',
      send: request(),
      after: async (stage, received) => (givenIn(await stage.send(request()))['nonce'] === givenIn(received)['nonce'] ? ['the same nonce twice'] : []),
    },
    good('a right response passes'),
  ],
  'digest-parameter-missing': [
    ...['username', 'realm', 'nonce', 'uri', 'response', 'algorithm', 'qop', 'nc', 'cnonce'].map((name) => improper(`without ${name}`, { [name]: undefined })),
    improper('both names', { 'username*': "UTF-8''olga" }),
    improper('MD5', { algorithm: 'MD5' }),
    improper('a session algorithm', { algorithm: 'SHA-256-sess' }),
    improper('a qop that was not offered', { qop: 'auth-int' }),
    improper('a count that is none', { nc: '1' }),
    { ...at, name: 'no parameters', send: authorization('Digest') },
    { ...at, name: 'a token', send: authorization('Digest abc=') },
    good('the name in the extended notation passes', { params: { username: undefined, 'username*': "UTF-8''olga" } }),
  ],
  'digest-uri-mismatch': [
    elsewhere('another path', '/orders/2'),
    elsewhere('a query more', '/orders/1?page=2'),
    elsewhere('another host', 'http://evil.example/orders/1'),
    good('a query that both have passes', { path: '/orders/1?page=2' }),
  ],
  'digest-wrong-response': [
    { ...at, name: 'a wrong password', reason: 'credentials-rejected', send: answering({ password: 'wrong' }) },
    { ...at, name: 'a name that nobody has', reason: 'credentials-rejected', send: answering({ params: { username: 'nobody' } }) },
    { ...at, name: 'a wrong password and a stale nonce', reason: 'credentials-rejected', send: responding(STALE_NONCE, { password: 'wrong' }) },
  ],
  'digest-stale-nonce': [
    { ...at, name: 'two lifetimes old', reason: 'nonce-stale', send: responding(STALE_NONCE) },
    { ...at, name: 'of nobody', reason: 'nonce-stale', send: responding('made-up') },
    {
      name: 'the one before passes, and the answer has the next',
      site: digestSite,
      // Every adapter has a memory of its own, and tries this once.
      send: responding(PREVIOUS_NONCE),
      passes: true,
      after: (_, { lines }) =>
        lines.some(([name, value]) => name.toLowerCase() === 'authentication-info' && value.includes('nextnonce="')) ? [] : ['no nextnonce'],
    },
  ],
  'digest-replay': [{ ...at, name: 'the whole request again', reason: 'nonce-replayed', send: again }],
}
