import type { ApiDocument } from '@countersign/openapi'

/** Loopback addresses and names never leave the machine. */
const LOOPBACK = /^http:\/\/(localhost|[^/:]+\.localhost|127(\.\d+){3}|\[::1\])([:/]|$)/i

/** The servers of a description that are reached without encryption. */
export function plainServers({ servers }: Pick<ApiDocument, 'servers'>): readonly string[] {
  return servers.filter((url) => /^(http|ws):\/\//i.test(url) && !LOOPBACK.test(url))
}
