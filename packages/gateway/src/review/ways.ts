import { acceptedSchemes, type FactRequirement, type Requirement } from '@countersign/core'
import { concealedRoles } from '@countersign/openapi'
import type { PersonaConfig } from '../config/config.ts'
import { keyOf, SCHEME_NAMES } from '../policy/scheme-names.ts'
import type { Route } from '../policy/route.ts'
import { decideAs, establish, viewOf, type Asked } from './decide.ts'
import { ANONYMOUS, BINDINGS, provesPassword } from './personas.ts'
import { inWords, loginText, named } from './parts.ts'

/** Something that would change a refusal: everything it takes, together. */
export interface Way {
  readonly needs: readonly string[]
  /** Whether a caller with all of it was tried and let through; if not, only the upstream of the fact can tell. */
  readonly tried: boolean
}

interface Draft {
  readonly persona: PersonaConfig
  readonly needs: readonly string[]
  readonly certain: boolean
}

interface Setting {
  readonly route: Route
  readonly asked: Asked
}

const SHOWN = 4
/** Alternatives inside of alternatives multiply. */
const LONGEST = 16

/** What a refused persona would have to bring; each way was tried, as far as that is possible without the upstream's facts. */
export async function waysToPass(route: Route, persona: PersonaConfig, asked: Asked): Promise<readonly Way[]> {
  const setting: Setting = { route, asked }
  const ways: Way[] = []
  const drafts = await improve({ persona, needs: [], certain: true }, route.requirement, setting)
  for (const draft of drafts.toSorted((a, b) => a.needs.length - b.needs.length)) {
    const { outcome } = await decideAs(route, draft.persona, asked)
    if (draft.needs.length === 0 || (draft.certain && outcome !== 'allow')) continue
    if (!ways.some(({ needs }) => needs.every((need) => draft.needs.includes(need)))) ways.push({ needs: draft.needs, tried: draft.certain })
  }
  return ways.slice(0, SHOWN)
}

async function improve(draft: Draft, requirement: Requirement, setting: Setting): Promise<readonly Draft[]> {
  if (requirement.type === 'any') {
    const branches: Draft[] = []
    for (const branch of requirement.of) branches.push(...(await improve(draft, branch, setting)))
    return branches.slice(0, LONGEST)
  }
  if (requirement.type === 'unprobeable') return improve(draft, requirement.of, setting)
  if (requirement.type !== 'all') return [await improveLeaf(draft, requirement, setting)]
  let drafts: readonly Draft[] = [draft]
  // Credentials come first: what they carry is said after whose they are.
  for (const part of requirement.of.toSorted((a, b) => rank(a) - rank(b))) {
    const next: Draft[] = []
    for (const one of drafts) next.push(...(await improve(one, part, setting)))
    drafts = next.slice(0, LONGEST)
  }
  return drafts
}

function rank({ type }: Requirement): number {
  return type === 'authenticated' ? 0 : type === 'fact' ? 2 : 1
}

async function improveLeaf(draft: Draft, requirement: Requirement, setting: Setting): Promise<Draft> {
  if (requirement.type === 'anyone' || requirement.type === 'open') return withNothing(draft)
  const known = withCredentials(draft, requirement, setting)
  const { persona } = known
  switch (requirement.type) {
    case 'scope': {
      const missing = requirement.all.filter((scope) => !persona.scopes.includes(scope))
      return missing.length === 0 ? known : add(known, `the ${named('scope', missing)}`, { scopes: [...persona.scopes, ...missing] })
    }
    case 'role':
      if (requirement.any.some((role) => persona.roles.includes(role))) return known
      return add(known, inWords(requirement), { roles: [...persona.roles, requirement.any[0]] })
    case 'bound':
      return withBinding(known, setting)
    case 'assurance':
      return withLogin(known, requirement)
    case 'fact':
      return withFact(known, requirement, setting)
    default:
      return known
  }
}

function add({ persona, needs, certain }: Draft, need: string, change: Partial<PersonaConfig>): Draft {
  return { persona: { ...persona, ...change }, needs: [...needs, need], certain }
}

/** Credentials that are not accepted may be in the way where none are needed. */
function withNothing(draft: Draft): Draft {
  return draft.persona.scheme === undefined ? draft : add({ ...draft, persona: ANONYMOUS }, 'no credentials', {})
}

function withCredentials(draft: Draft, requirement: Requirement, { route, asked }: Setting): Draft {
  const configured = asked.schemes.map(({ name }) => name)
  const wanted = acceptedSchemes(requirement) ?? acceptedSchemes(route.requirement) ?? configured
  const able = configured.filter((name) => wanted.some((one) => one.toLowerCase() === name.toLowerCase()))
  const [first] = able
  const own = draft.persona.scheme === undefined ? undefined : SCHEME_NAMES[draft.persona.scheme]
  if (first === undefined || (own !== undefined && able.includes(own))) return draft
  const subject = draft.persona.subject === '' ? 'somebody' : draft.persona.subject
  return add(draft, `${able.join(' or ')} credentials`, { scheme: keyOf(first) ?? 'bearer', subject })
}

/** Credentials that a thief could not use, of a scheme that the route takes. */
function withBinding(draft: Draft, { route, asked }: Setting): Draft {
  const { scheme } = draft.persona
  if (scheme !== undefined && BINDINGS[scheme] !== undefined) return draft
  const wanted = acceptedSchemes(route.requirement)
  const names = asked.schemes.map(({ name }) => name).filter((name) => wanted?.includes(name) !== false)
  const able = names.map(keyOf).find((key) => key !== undefined && BINDINGS[key] !== undefined)
  const need = `credentials that are bound to a key or a certificate`
  return able === undefined ? { ...add(draft, need, {}), certain: false } : add(draft, need, { scheme: able })
}

function withLogin(draft: Draft, requirement: Requirement & { type: 'assurance' }): Draft {
  const { acr, maxAge } = requirement
  const { persona } = draft
  const strong = acr === undefined || (persona.acr !== undefined && acr.includes(persona.acr))
  const age = persona.loggedInFor ?? (provesPassword(persona) ? 0 : undefined)
  const fresh = maxAge === undefined || (age !== undefined && age <= maxAge)
  if (strong && fresh) return draft
  const need = loginText({ ...(strong ? {} : { acr }), ...(fresh ? {} : { maxAge }) })
  return add(draft, need, { ...(strong ? {} : { acr: acr[0] }), ...(fresh ? {} : { loggedInFor: 0 }) })
}

/** Tries who could be meant: whom a path parameter names, and whom the name of the fact gives a role. */
async function withFact(draft: Draft, requirement: FactRequirement, setting: Setting): Promise<Draft> {
  const { params } = setting.asked
  const byParameter = Object.entries(params).map(([name, subject]) => ({
    need: `the subject \`${subject}\`, whom \`${name}\` in the path names`,
    change: { subject },
  }))
  const byRole = concealedRoles(requirement.name).map((role) => ({ need: `the role ${role}`, change: { roles: [...draft.persona.roles, role] } }))
  if (await holds(requirement, draft.persona, setting)) return draft
  for (const { need, change } of [...byParameter, ...byRole]) {
    if (await holds(requirement, { ...draft.persona, ...change }, setting)) return add(draft, need, change)
  }
  return { ...add(draft, `that \`${requirement.name}\` holds`, {}), certain: false }
}

async function holds(requirement: FactRequirement, persona: PersonaConfig, { route, asked }: Setting): Promise<boolean> {
  const scheme = SCHEME_NAMES[persona.scheme ?? 'bearer']
  const principal = { subject: persona.subject, scheme, roles: persona.roles, scopes: persona.scopes, assurance: {}, claims: {} }
  return (await establish(requirement, principal, viewOf(route, asked))).holds === true
}
