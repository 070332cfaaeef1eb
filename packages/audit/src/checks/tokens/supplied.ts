import type { Case, ProbeCheck } from '../../check.ts'
import type { SuppliedToken } from '../../config/config.ts'
import { PersonaError } from '../../persona.ts'
import { createSecretReader } from '../../personas/secret-reader.ts'
import type { Planning, Run } from '../../run.ts'
import type { Verdict } from '../../verdict.ts'
import { isNobody, notTested, PASSED, seen } from '../asked.ts'
import { footingOf, isVerdict, protectedReads, sendBare, whyMeaningless, type Way } from '../attack.ts'
import { likeness } from '../nobody/likeness.ts'
import { ruleOf, type RuleId } from '../rules.ts'
import { attemptWith } from './forgery.ts'

/** Operations at which a token is tried. */
const MOST = 3

/** A check of tokens that only their issuer can make, and that the configuration supplies. */
export function suppliedToken(id: RuleId, kinds: readonly SuppliedToken['kind'][]): ProbeCheck {
  return {
    kind: 'probe',
    rule: ruleOf(id),
    mode: 'safe',
    plan: (planning) => {
      const tokens = planning.config.tokens?.filter(({ kind }) => kinds.includes(kind)) ?? []
      const cases = tokens.flatMap((token) => casesOf(token, planning))
      return cases.length > 0 ? cases : [none(kinds, planning)]
    },
  }
}

function none(kinds: readonly string[], { nobody }: Planning): Case {
  const why = `no token of the kind ${kinds.map((kind) => `\`${kind}\``).join(' or ')} is supplied under \`tokens\``
  return { key: 'no token', persona: nobody.name, sends: [], risk: 1, try: async () => notTested(why) }
}

function casesOf(token: SuppliedToken, planning: Planning): readonly Case[] {
  const persona = planning.personas.find((one) => one.name === token.persona && !isNobody(one))
  if (persona === undefined) return []
  const open = protectedReads(planning).filter((operation) => planning.expect(operation, persona, 'own').class === 'granted')
  return open.slice(0, MOST).map((operation) => ({
    key: `${operation.key} ${persona.name} ${token.kind}`,
    operation,
    persona: persona.name,
    sends: [`${operation.key} with a token of ${persona.name} of the kind ${token.kind}`],
    risk: 90,
    try: async (run) => tryToken({ operation, persona }, token, run),
  }))
}

async function tryToken(way: Way, { kind, token }: SuppliedToken, run: Run): Promise<Verdict> {
  const footing = await footingOf(way, run)
  if (isVerdict(footing)) return footing
  const text = await read(token, run)
  if (typeof text !== 'string') return notTested(text.message)
  const observed = await sendBare(attemptWith({ name: kind, token: text }, footing).request, way.operation, run)
  if (observed.class !== 'granted') return PASSED
  const meaningless = await whyMeaningless(way.operation, run)
  if (meaningless !== undefined) return notTested(meaningless)
  const { response } = observed.exchange
  return {
    level: response !== undefined && likeness(response, footing.granted.response) === 'same' ? 'proven' : 'strong',
    message: `${way.operation.key} accepts a token of the kind \`${kind}\``,
    expected: '401',
    observed: seen(observed),
    evidence: [footing.granted.observed.exchange, observed.exchange],
    cause: kind,
  }
}

async function read(
  source: SuppliedToken['token'],
  { secrets = createSecretReader({ env: process.env, folder: process.cwd() }) }: Run,
): Promise<string | PersonaError> {
  try {
    return await secrets.line(source)
  } catch (error) {
    if (error instanceof PersonaError) return error
    throw error
  }
}
