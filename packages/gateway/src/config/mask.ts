import type { Config } from './config.ts'

export const MASK = '[secret]'

/** Plain data, as JSON and YAML have it. */
export type Plain = string | number | boolean | null | readonly Plain[] | { readonly [name: string]: Plain }

/**
 * The configuration that is in force, as plain data to print.
 *
 * Credentials are `[secret]`; the tokens of `schemes.bearer.tokens` are so many that they become a list. Where a
 * variable was filled in, what is written in the file is shown and not the value. Places are left out.
 */
export function maskConfig(config: Config): { readonly [name: string]: Plain } {
  const { filledIn = {}, ...rest } = config
  const shown = new Map(Object.entries(filledIn))
  const masked: Record<string, Plain> = {}
  for (const [name, value] of Object.entries(rest)) if (value !== undefined) masked[name] = mask(value, name, shown)
  return masked
}

const SECRET =
  /^(?:store\.digestKey|forwardAuth\.secret|schemes\.bearer\.introspection\.client\.(?:secret|key)|schemes\.dpop\.nonce\.secret|schemes\.digest\.(?:secret|users\.\d+\.hash)|schemes\.session\.secrets|schemes\.signature\.keys\.\d+\.jwk|apis\.\d+\.upstream\.authorization)$/
const LEFT_OUT = /^apis\.\d+\.(?:routes\.\d+\.)?place$/

function mask(value: unknown, path: string, filledIn: ReadonlyMap<string, string>): Plain {
  if (SECRET.test(path)) return MASK
  const written = filledIn.get(path)
  if (written !== undefined) return written
  if (value instanceof URL) return value.href
  if (Array.isArray(value)) return value.map((item, index) => mask(item, `${path}.${index}`, filledIn))
  if (typeof value === 'object' && value !== null) return path === 'schemes.bearer.tokens' ? tokens(value, path, filledIn) : maskMembers(value, path, filledIn)
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : null
}

function maskMembers(value: object, path: string, filledIn: ReadonlyMap<string, string>): { readonly [name: string]: Plain } {
  const members = Object.entries(value).flatMap(([name, member]) => {
    const inner = `${path}.${name}`
    return member === undefined || LEFT_OUT.test(inner) ? [] : [[name, mask(member, inner, filledIn)] as const]
  })
  return Object.fromEntries(members)
}

function tokens(value: object, path: string, filledIn: ReadonlyMap<string, string>): readonly Plain[] {
  return Object.entries(value).map(([token, holder]) => ({ token: MASK, ...maskMembers(holder as object, `${path}.${token}`, filledIn) }))
}
