import { createHmac, timingSafeEqual } from 'node:crypto'
import type { ProbeCheck } from '../../check.ts'
import type { Run } from '../../run.ts'
import type { Verdict } from '../../verdict.ts'
import { notTested, PASSED } from '../asked.ts'
import { footingOf, guardsOf, isVerdict, type Way } from '../attack.ts'
import { ruleOf } from '../rules.ts'
import { partsOf } from './jws.ts'

/** Secrets of tutorials, examples and defaults. */
const GUESSES = [
  '',
  'secret Secret mysecret my-secret my_secret mysecretkey my-secret-key secretkey secret-key secret_key supersecret',
  'super-secret supersecretkey your-256-bit-secret your-384-bit-secret your-512-bit-secret your_secret_key your-secret-key',
  'yoursecret a-string-secret-at-least-256-bits-long jwt jwtsecret jwt-secret jwt_secret JWT_SECRET jwtkey jwt_key shhhhh',
  'shhhhhared-secret token tokensecret key private privatekey changeme change-me change_me default dev development test',
  'testing example admin root password passw0rd 123456 12345678 1234567890 qwerty',
].flatMap((line) => line.split(' '))
const HASHES: Readonly<Record<string, string>> = { HS256: 'sha256', HS384: 'sha384', HS512: 'sha512' }

/** Tries common secrets on a token, without sending anything. */
export const tokWeaksecret: ProbeCheck = {
  kind: 'probe',
  rule: ruleOf('TOK-WEAKSECRET'),
  mode: 'full',
  plan: (planning) =>
    guardsOf(planning)
      .filter(({ persona }) => persona.principal?.scheme === 'Bearer')
      .slice(0, 1)
      .map((way) => ({
        key: way.persona.name,
        operation: way.operation,
        persona: way.persona.name,
        sends: [],
        risk: 60,
        try: async (run) => guess(way, run),
      })),
}

async function guess(way: Way, run: Run): Promise<Verdict> {
  const footing = await footingOf(way, run)
  if (isVerdict(footing)) return footing
  const parts = partsOf(footing.credentials.value)
  const hash = HASHES[String(parts?.header['alg'])]
  if (parts === undefined || hash === undefined) return notTested('the token is not signed with a shared secret')
  const [header, claims, written] = parts.raw
  const signature = Buffer.from(written, 'base64url')
  const fits = (secret: string): boolean => {
    const made = createHmac(hash, secret).update(`${header}.${claims}`).digest()
    return made.length === signature.length && timingSafeEqual(made, signature)
  }
  if (!GUESSES.some(fits)) return PASSED
  return {
    level: 'proven',
    message: `the token of ${way.persona.name} is signed with a secret that stands in every list`,
    expected: 'a random secret of at least 32 bytes',
    observed: `one of ${GUESSES.length} common secrets`,
    evidence: [footing.granted.observed.exchange],
  }
}
