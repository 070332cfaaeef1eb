import { createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto'
import { jsonOf } from '../../observe/fingerprint.ts'
import type { Run } from '../../run.ts'

/** Where keys are published, most often first. */
const PLACES = ['/.well-known/jwks.json', '/jwks.json', '/jwks', '/oauth/jwks', '/.well-known/jwks']
/** Keys that are tried. */
const MOST = 3

const KNOWN = new WeakMap<Run, Promise<readonly KeyObject[]>>()

/** The public keys that are published at the origin of the target. Asked once a run. */
export async function publishedKeys(run: Run): Promise<readonly KeyObject[]> {
  const known = KNOWN.get(run) ?? find(run)
  KNOWN.set(run, known)
  return known
}

async function find(run: Run): Promise<readonly KeyObject[]> {
  const base = new URL(run.config.target).pathname.replace(/\/+$/, '')
  for (const target of new Set([...PLACES, ...PLACES.map((place) => base + place)])) {
    const { response } = await run.send({ method: 'GET', target, fields: [['Accept', 'application/json']] }, run.nobody)
    const keys = response === undefined ? [] : keysIn(jsonOf(response))
    if (keys.length > 0) return keys.slice(0, MOST)
  }
  return []
}

function keysIn(value: unknown): readonly KeyObject[] {
  if (typeof value !== 'object' || value === null || !('keys' in value) || !Array.isArray(value.keys)) return []
  return value.keys.flatMap((key: unknown) => keyOf(key) ?? [])
}

function keyOf(value: unknown): KeyObject | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  try {
    return createPublicKey({ key: { ...value } satisfies JsonWebKey, format: 'jwk' })
  } catch {
    // A key of a kind that we do not know.
    return undefined
  }
}
