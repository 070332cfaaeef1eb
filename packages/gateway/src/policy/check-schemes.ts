import type { ApiDocument } from '@countersign/openapi'
import type { Config, Diagnostic } from '../config/config.ts'
import { SCHEMES } from '../config/schema/scheme-names.ts'
import type { Route } from './route.ts'
import { SCHEME_NAMES } from './scheme-names.ts'

/** A requirement that names a scheme which the gateway does not have could not be met by any request. */
export function checkSchemes(config: Config, routes: readonly Route[], diagnostics: Diagnostic[]): void {
  const configured = SCHEMES.filter((name) => config.schemes[name] !== undefined)
  const known = new Set<string>(configured.map((name) => SCHEME_NAMES[name].toLowerCase()))
  const told = new Set<string>()
  for (const { requirement, source } of routes) {
    for (const name of schemesIn(requirement)) {
      const place = `${name} ${source.file}:${source.line}:${source.column}`
      if (known.has(name.toLowerCase()) || told.has(place)) continue
      told.add(place)
      diagnostics.push({
        severity: 'error',
        code: 'scheme-not-configured',
        message: `the scheme \`${name}\` is asked for here, and \`schemes\` of ${config.file} has ${listed(configured)}`,
        hint: `configure it under \`schemes\`, or map the security scheme under \`securitySchemes\` of the API`,
        place: source,
      })
    }
  }
}

function schemesIn(requirement: Route['requirement']): readonly string[] {
  if (requirement.type === 'authenticated') return requirement.via ?? []
  if (requirement.type === 'unprobeable') return schemesIn(requirement.of)
  return requirement.type === 'all' || requirement.type === 'any' ? requirement.of.flatMap(schemesIn) : []
}

function listed(names: readonly string[]): string {
  return names.length === 0 ? 'none' : `only ${names.map((name) => `\`${name}\``).join(', ')}`
}

/**
 * Keys that the document sends elsewhere than this gateway reads them, so that its callers would be refused.
 *
 * Whoever writes the scheme under `securitySchemes` has seen that.
 */
export function keysElsewhere(config: Config, document: ApiDocument | undefined, routes: readonly Route[]): readonly Diagnostic[] {
  const header = config.schemes.apiKey?.header
  if (header === undefined || !routes.some(({ requirement }) => schemesIn(requirement).includes(SCHEME_NAMES.apiKey))) return []
  const elsewhere = (document?.securitySchemes ?? []).filter(
    ({ type, chosen, as, in: where, parameter }) =>
      type === 'apiKey' && !chosen && as === SCHEME_NAMES.apiKey && (where !== 'header' || parameter?.toLowerCase() !== header.toLowerCase()),
  )
  return elsewhere.map(({ name, in: where = 'nowhere', parameter = '', place }) => ({
    severity: 'warning',
    code: 'key-elsewhere',
    message: `the key of \`${name}\` is \`${parameter}\` (${where}), and keys are read from the request field \`${header}\` only`,
    hint: 'set `schemes.apiKey.header`, or write the scheme under `securitySchemes` of the API if callers send it there',
    place,
  }))
}
