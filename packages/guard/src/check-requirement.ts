import { describe, type AnyScheme, type Requirement } from '@countersign/core'

/** Refuses a requirement that no request could meet with these schemes. Throws a `TypeError` that names the part. */
export function checkRequirement(requirement: Requirement, schemes: readonly AnyScheme[]): void {
  const facts = new Map<string, unknown>()
  for (const part of leaves(requirement)) {
    if (part.type === 'authenticated') {
      for (const name of part.via ?? ([] as readonly string[])) {
        if (!schemes.some((scheme) => scheme.name.toLowerCase() === name.toLowerCase())) {
          throw new TypeError(
            `requirement ${describe(part)} names the scheme \`${name}\`; this guard has ${schemes.map((scheme) => `\`${scheme.name}\``).join(', ')}`,
          )
        }
      }
    }
    if (part.type !== 'fact') continue
    if (typeof part.resolve !== 'function')
      throw new TypeError(`requirement ${describe(part)} has no function that establishes the fact; build it with fact() or owned()`)
    const known = facts.get(part.name)
    if (known !== undefined && known !== part.resolve) throw new TypeError(`two different facts are named \`${part.name}\`; give each its own \`name\``)
    facts.set(part.name, part.resolve)
  }
}

type Leaf = Exclude<Requirement, { type: 'all' | 'any' | 'unprobeable' }>

function leaves(requirement: Requirement): readonly Leaf[] {
  // Requirements also come from data, which no compiler has seen.
  if (typeof requirement !== 'object' || requirement === null || !TYPES.has(requirement.type)) throw new TypeError(NO_REQUIREMENT)
  if (requirement.type === 'unprobeable') return leaves(requirement.of)
  return requirement.type === 'all' || requirement.type === 'any' ? requirement.of.flatMap(leaves) : [requirement]
}

const NO_REQUIREMENT = 'this is no requirement; build one with authenticated(), role(), scope(), anyone(), open(), owned() …'
const TYPES: ReadonlySet<string> = new Set<Requirement['type']>([
  'open',
  'anyone',
  'authenticated',
  'scope',
  'role',
  'user',
  'assurance',
  'fact',
  'all',
  'any',
  'bound',
  'unprobeable',
])

/** Whether a requirement can only be met by two schemes at once (OpenAPI: two schemes in one security requirement). */
export function needsTogether(requirement: Requirement): boolean {
  if (requirement.type === 'unprobeable') return needsTogether(requirement.of)
  if (requirement.type === 'any') return requirement.of.some(needsTogether)
  if (requirement.type !== 'all') return false
  const via = requirement.of.filter((part) => part.type === 'authenticated').map((part): readonly string[] => part.via ?? [])
  const disjoint = via.some(
    (names, index) => names.length > 0 && via.slice(index + 1).some((others) => others.length > 0 && !others.some((name) => names.includes(name))),
  )
  return disjoint || requirement.of.some(needsTogether)
}
