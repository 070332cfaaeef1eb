import { Secret } from '@countersign/core'
import type { TokenSharing } from '../tokens/share.ts'
import type { HeldToken } from '../tokens/token.ts'

/** What tabs tell each other. Only pages of the same origin can listen. */
interface Message {
  readonly from: string
  readonly value: string
  readonly refresh: string | undefined
  readonly expires: number | undefined
  readonly lifetime: number | undefined
  readonly scope: readonly string[] | undefined
}

/** Seconds that a message to oneself may take, should the platform lose it. */
const AROUND = 0.25

/** The part of Web Locks that is used; Node 20 and old browsers have none. */
interface Locks {
  request(name: string, options: { readonly signal: AbortSignal }, work: () => Promise<void>): Promise<void>
}

/**
 * Shares tokens under a name with every context of this origin, by BroadcastChannel and Web Locks.
 *
 * Without Web Locks two contexts may renew at the same time.
 *
 * @example
 * import { bearer, type TokenSource } from '@countersign/client'
 * import { tabs } from '@countersign/client/tabs'
 *
 * export const shared = (from: TokenSource) => bearer({ at: 'https://api.example', from, share: tabs('orders') })
 */
export function tabs(name: string): TokenSharing {
  return (receive) => shareToken(name, receive)
}

function shareToken(name: string, receive: Parameters<TokenSharing>[0]): ReturnType<TokenSharing> {
  // A channel does not hear itself, and whoever holds the lock has to: so there are two.
  const [sending, hearing] = [openChannel(name), openChannel(name)]
  const from = crypto.randomUUID()
  let heard: (() => void) | undefined
  hearing.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
    if (isMessage(data) && data.from !== from) receive(tokenOf(data))
    if (data === from) heard?.()
  })
  /** Waits until all that was sent before has come: what the holder before us told, came before what we send now. */
  const catchUp = (): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, AROUND * 1000)
      heard = () => {
        clearTimeout(timer)
        resolve()
      }
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a channel has one origin, and its method no such argument
      sending.postMessage(from)
    })
  const locks = (globalThis.navigator as { readonly locks?: Locks } | undefined)?.locks
  return {
    alone: (work, signal) => (locks === undefined ? work() : locks.request(`countersign token ${name}`, { signal }, () => catchUp().then(work))),
    tell: ({ value, refresh, ...others }) =>
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- as above
      sending.postMessage({ from, ...others, value: value.reveal(), refresh: refresh?.reveal() } satisfies Message),
  }
}

function openChannel(name: string): BroadcastChannel {
  const channel = new BroadcastChannel(`countersign token ${name}`)
  // It must not keep a program of Node alive; browsers have no such method.
  const { unref }: { readonly unref?: () => void } = channel as BroadcastChannel & { readonly unref?: () => void }
  unref?.call(channel)
  return channel
}

function tokenOf({ value, refresh, expires, lifetime, scope }: Message): HeldToken {
  return { value: new Secret(value), refresh: refresh === undefined ? undefined : new Secret(refresh), expires, lifetime, scope }
}

function isMessage(data: unknown): data is Message {
  return typeof data === 'object' && data !== null && 'value' in data && typeof data.value === 'string' && 'from' in data && typeof data.from === 'string'
}
