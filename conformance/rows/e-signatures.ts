import type { Reason } from 'countersign'
import { CONTENT, digestOf, forger, KEYID, keyidSite, nonceSite, signatureSite, signing, TAG, type SignedOptions } from '../fixtures/signatures.ts'
import { now, token } from '../fixtures/world.ts'
import { authorization, type Rows, type Sent, type Variant } from '../situations.ts'
import { valuesOf, type Received } from '../wire.ts'

const notHead = 'the signature is for POST, and its answer has a nonce of its own'

/** The nonce that an answer proposes. */
function proposed(received: Received): Readonly<Record<string, string>> {
  const [, nonce] = /;nonce="([\da-f-]{36})"/.exec(valuesOf(received, 'accept-signature').join()) ?? []
  if (nonce === undefined) throw new Error('the answer proposes no nonce')
  return { nonce }
}

function invalid(name: string, reason: Reason, options: SignedOptions): Variant {
  return { name, reason, site: nonceSite, values: { tag: TAG }, read: proposed, send: signing(options), notHead }
}

function uncovered(name: string, options: SignedOptions): Variant {
  return { name, reason: 'signature-coverage', site: signatureSite, values: { tag: TAG }, send: signing(options), notHead }
}

function mismatch(name: string, change: (sent: Sent) => Sent): Variant {
  return { name, reason: 'content-digest-mismatch', site: signatureSite, send: signing({ change }), notHead }
}

function arriving(name: string, change: (sent: Sent) => Sent): Variant {
  const after: Variant['after'] = (_, { body }) => (body === JSON.stringify({ content: CONTENT }) ? [] : [`the handler read ${body}`])
  return { name, site: signatureSite, send: signing({ change }), passes: true, after }
}

const without =
  (name: string): NonNullable<SignedOptions['lines']> =>
  (good) =>
    good.filter(([identifier]) => identifier !== `"${name}"`)

/** Replaces the value of a field that is there. */
function withField(sent: Sent, name: string, change: (value: string) => string): Sent {
  return { ...sent, fields: sent.fields.map(([other, value]) => (other === name ? [other, change(value)] : [other, value])) }
}

/** A good request that was let in once. */
const again: Variant['send'] = async (stage) => {
  const sent = await signing()(stage)
  const { status } = await stage.send(sent)
  if (status !== 200) throw new Error(`the request was not let in before it was replayed: ${status}`)
  return sent
}

/** Signatures of whole requests. */
export const signatureRows: Rows = {
  'http-signature-missing': [
    {
      name: 'a token alone',
      site: keyidSite,
      values: { keyid: KEYID, tag: TAG },
      send: async ({ world }) => authorization(`Bearer ${await token(world)}`),
    },
    {
      name: 'a token and content with its digest',
      site: keyidSite,
      values: { keyid: KEYID, tag: TAG },
      send: async ({ world }) =>
        authorization(`Bearer ${await token(world)}`, { method: 'POST', body: CONTENT, fields: [['Content-Digest', digestOf(CONTENT)]] }),
    },
    { name: 'signed as asked, it passes', site: keyidSite, send: signing(), passes: true },
  ],
  'http-signature-invalid': [
    invalid('of another key', 'signature-invalid', { key: forger }),
    invalid('of an unknown key', 'signature-key-unknown', { params: { keyid: 'nobody' } }),
    invalid('a minute and a half old', 'signature-outdated', { params: { created: now() - 600 } }),
    invalid('from a time to come', 'signature-invalid', { params: { created: now() + 600 } }),
    invalid('expired', 'signature-outdated', { params: { created: now() - 50, expires: now() - 40 } }),
    invalid('of another algorithm', 'signature-invalid', { params: { alg: 'hmac-sha256' } }),
    invalid('of another method', 'signature-invalid', { change: (sent) => ({ ...sent, method: 'PUT' }) }),
    invalid('of another path', 'signature-invalid', { change: (sent) => ({ ...sent, path: '/orders/2' }) }),
    invalid('of another query', 'signature-invalid', { change: (sent) => ({ ...sent, path: '/orders/1?all' }) }),
    invalid('of another digest', 'signature-invalid', { change: (sent) => withField({ ...sent, body: 'x' }, 'Content-Digest', () => digestOf('x')) }),
    invalid('without Signature', 'signature-invalid', { change: (sent) => ({ ...sent, fields: sent.fields.filter(([name]) => name !== 'Signature') }) }),
    invalid('under two labels', 'signature-invalid', { change: (sent) => withField(sent, 'Signature', (value) => value.replace('sig1', 'sig2')) }),
    invalid('unreadable', 'signature-invalid', { change: (sent) => withField(sent, 'Signature-Input', () => 'sig1=("@method"') }),
    invalid('covers a field that is not there', 'signature-invalid', { lines: (good) => [...good, ['"date"', 'today']] }),
    { ...invalid('used before', 'signature-replayed', {}), send: again },
    { name: 'a good one passes', site: nonceSite, send: signing(), passes: true },
  ],
  'http-signature-coverage': [
    ...['@method', '@target-uri', 'authorization', 'content-digest'].map((name) => uncovered(`without ${name}`, { lines: without(name) })),
    uncovered('of nothing', { lines: () => [] }),
    uncovered('without created', { params: { created: undefined } }),
    uncovered('without tag', { params: { tag: undefined } }),
    uncovered('for something else', { params: { tag: 'other' } }),
    { name: 'of more than was asked passes', site: signatureSite, send: signing({ lines: (good) => [...good, ['"@scheme"', 'https']] }), passes: true },
    {
      name: 'without content, and without its digest, passes',
      site: signatureSite,
      send: signing({ lines: without('content-digest'), change: ({ body: _body, ...sent }) => sent }),
      passes: true,
    },
  ],
  'content-digest-mismatch': [
    mismatch('another content of the same length', (sent) => ({ ...sent, body: '{"amount":6}' })),
    mismatch('more content', (sent) => ({ ...sent, body: `${CONTENT}\n` })),
    mismatch('no content', ({ body: _body, ...sent }) => sent),
    arriving('in chunks passes, and the handler reads it', (sent) => ({ ...sent, trailers: [['X-Trailer', 'x']] })),
    arriving('the digested content passes, and the handler reads it', (sent) => sent),
  ],
}
