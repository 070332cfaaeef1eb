import type { Trouble } from '../fixtures/key-server.ts'
import { keyServerSite, type KeySiteOptions } from '../fixtures/broken.ts'
import { token } from '../fixtures/world.ts'
import { bearer, type Rows, type Sent, type Stage, type Variant } from '../situations.ts'

const values = { seconds: '5' }
/** Seconds: the guard gives a key server 3, and a busy machine some more; its own time limit of 5 would say something else. */
const PROMPTLY = 4.5
const HOUR = 3600

/** A token of the site's own key server. */
async function ownToken({ world, site }: Stage, kid = 'rsa-1'): Promise<string> {
  return token(world, { issuer: site.keys?.issuer ?? '', header: { kid } })
}

const send = (kid?: string): ((stage: Stage) => Promise<Sent>) => bearer((_, stage) => ownToken(stage, kid))

/** The keys are fetched by a first good request, and then something happens. */
function afterWarmUp(happens: (stage: Stage) => unknown): (stage: Stage) => Promise<void> {
  return async (stage) => {
    const { status } = await stage.send(await send()(stage))
    if (status !== 200) throw new Error(`the first request was answered ${status}`)
    await happens(stage)
  }
}

function cold(name: string, trouble: Trouble, options: KeySiteOptions = {}): Variant {
  return { name, site: keyServerSite(name, { trouble, ...options }), values, within: PROMPTLY, send: send() }
}

function stale(name: string, happens: (stage: Stage) => unknown, options: KeySiteOptions = {}): Variant {
  return { name, site: keyServerSite(name, options), values, within: PROMPTLY, before: afterWarmUp(happens), send: send() }
}

/** Keys that cannot be had, or are out of date. */
export const keyRows: Rows = {
  'jwks-unreachable': [
    ...(['status 500', 'html', 'hanging', 'array', 'redirect', 'oversized'] as const).flatMap((trouble) => [
      cold(`${trouble}, metadata`, trouble, { where: 'metadata' }),
      cold(`${trouble}, key set found by discovery`, trouble, { where: 'keys' }),
      cold(`${trouble}, key set configured`, trouble, { where: 'keys', jwksUri: true }),
    ]),
    cold('a key set without a usable key', 'no usable key', { where: 'keys' }),
    cold('connection refused, metadata', 'none', { stopped: true }),
    cold('connection refused, key set configured', 'none', { jwksUri: true, stopped: true }),
    stale(
      'cached keys that are older than the limit',
      async ({ site }) => {
        await site.keys?.stop()
        site.advance?.(HOUR)
      },
      { staleFor: 60 },
    ),
    { ...cold('healthy again passes', 'none'), passes: true },
  ],
  'jwks-unreachable-cached': [
    stale('status 500, fresh keys', ({ site }) => site.keys?.break('status 500')),
    stale('connection refused, fresh keys', ({ site }) => site.keys?.stop()),
    stale('status 500, keys older than they should be', ({ site }) => {
      site.keys?.break('status 500')
      site.advance?.(HOUR / 2)
    }),
    stale('hanging, keys older than they should be', ({ site }) => {
      site.keys?.break('hanging')
      site.advance?.(HOUR / 2)
    }),
  ],
  'token-unknown-kid-refresh-failed': [
    { ...stale('status 500', ({ site }) => site.keys?.break('status 500')), send: send('rsa-2') },
    { ...stale('connection refused', ({ site }) => site.keys?.stop()), send: send('rsa-2') },
    { ...stale('html', ({ site }) => site.keys?.break('html', 'keys')), send: send('rsa-2') },
    // The cool-down of one second comes on top of the three for the fetch.
    { ...stale('hanging', ({ site }) => site.keys?.break('hanging', 'keys')), send: send('rsa-2'), within: 4.5 },
  ],
  'discovery-issuer-mismatch': [
    cold('another issuer', 'foreign issuer', { where: 'metadata' }),
    cold('the same with a slash', 'issuer with a slash', { where: 'metadata' }),
    cold('no issuer named', 'issuer left out', { where: 'metadata' }),
  ],
}
