import { createHmac, createSecretKey } from 'node:crypto'
import { createSealer, type Sealer } from './sealing.ts'

/** What is made with the digest key: keyed digests (HMAC-SHA-256), so that with the database alone nobody can try keys or names, and what is sealed. */
export interface Digests extends Sealer {
  /** Tells one digest key from another; says nothing about it. */
  readonly fingerprint: string
  /** In hexadecimal. */
  ofKey(key: string): string
  /** Of the name under which failures are counted: people type passwords into the field for the name. */
  ofName(kind: string, name: string): string
}

export function createDigests(secret: Uint8Array): Digests {
  const key = createSecretKey(secret)
  const digest = (text: string) => createHmac('sha256', key).update(text).digest('hex')
  return {
    fingerprint: digest('countersign: fingerprint of the digest key').slice(0, 32),
    ...createSealer(secret),
    ofKey: digest,
    ofName: (kind, name) => digest(`name\n${kind}\n${name}`).slice(0, 32),
  }
}
