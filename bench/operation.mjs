// What the operations of micro.mjs share.
import { randomUUID } from 'node:crypto'

export const context = { now: Date.now() / 1000, signal: new AbortController().signal }

export function isGood(good) {
  if (!good) throw new Error('a good request was refused; the figures would be of nothing')
  return good
}

/** Whether it was accepted, waiting only where the library waits. */
export function isAccepted(verified) {
  return verified instanceof Promise ? verified.then(({ result }) => isGood(result === 'accepted')) : isGood(verified.result === 'accepted')
}

/** As autocannon and most clients send it: a handful of fields, Host first. */
export function requestWith(authorization, socket = {}) {
  const rawHeaders = ['Host', '127.0.0.1:8080', 'User-Agent', 'bench', 'Accept', '*/*', 'Connection', 'keep-alive']
  if (authorization !== undefined) rawHeaders.push('Authorization', authorization)
  return { method: 'GET', url: '/data', rawHeaders, headers: {}, httpVersionMajor: 1, socket }
}

/** A token that says nothing. */
export function opaqueToken() {
  return randomUUID().replaceAll('-', '')
}
