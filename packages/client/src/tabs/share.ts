import { Secret } from '@countersign/core'
import type { TokenSharing } from '../tokens/share.ts'

/** What tabs tell each other. Only pages of the same origin can listen. */
interface Message {
  readonly value: string
  readonly refresh: string | undefined
  readonly expires: number | undefined
  readonly lifetime: number | undefined
  readonly scope: readonly string[] | undefined
}

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
  const channel = new BroadcastChannel(`countersign token ${name}`)
  channel.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
    if (isMessage(data)) receive({ ...data, value: new Secret(data.value), refresh: data.refresh === undefined ? undefined : new Secret(data.refresh) })
  })
  // A channel must not keep a program of Node alive; browsers have no such method.
  const { unref }: { readonly unref?: () => void } = channel as BroadcastChannel & { readonly unref?: () => void }
  unref?.call(channel)
  const locks = (globalThis.navigator as { readonly locks?: Locks } | undefined)?.locks
  return {
    alone: (work, signal) => (locks === undefined ? work() : locks.request(`countersign token ${name}`, { signal }, work)),
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a channel has one origin, and its method no such argument
    tell: ({ value, refresh, ...others }) => channel.postMessage({ ...others, value: value.reveal(), refresh: refresh?.reveal() } satisfies Message),
  }
}

function isMessage(data: unknown): data is Message {
  return typeof data === 'object' && data !== null && 'value' in data && typeof data.value === 'string'
}
