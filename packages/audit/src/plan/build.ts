import type { AuditRequest } from '../exchange.ts'
import type { Objects } from '../objects/objects.ts'
import type { AuditOperation } from '../operation.ts'
import type { Persona } from '../persona.ts'
import type { Built, RequestParts } from '../run.ts'
import { isTenant } from './tenant.ts'
import { resourceIn } from '../objects/ownership.ts'
import { renamed } from '../objects/templates.ts'

export interface Building {
  readonly objects: Objects
  readonly personas: readonly Persona[]
}

/** Builds a valid request for an operation, or says what is missing for one. */
export function buildRequest({ operation, persona, parts }: { operation: AuditOperation; persona: Persona; parts: RequestParts }, building: Building): Built {
  const values = valuesFor({ operation, persona, parts }, building)
  const path = fillPath(operation, values)
  if (path.missing !== undefined) return path
  const query = queryOf(operation, values)
  if (query.missing !== undefined) return query
  const fields: [string, string][] = [['Accept', 'application/json, */*;q=0.5']]
  for (const { name, in: where, required, example } of operation.parameters) {
    const value = values[name] ?? example
    if (where === 'header' && required && value !== undefined && name.toLowerCase() !== 'authorization') fields.push([name, String(value)])
  }
  const request = { method: operation.method, target: path.text + query.text, fields }
  return { request: withContent(request, operation, parts) }
}

function valuesFor(
  { operation, persona, parts }: { operation: AuditOperation; persona: Persona; parts: RequestParts },
  { objects, personas }: Building,
): Readonly<Record<string, string>> {
  const resource = resourceIn(objects.resources, operation)
  const owners = parts.owner === undefined ? [persona, ...(persona.principal === undefined ? personas : [])] : [parts.owner]
  const object = resource && owners.map((owner) => objects.find(resource, owner)).find((found) => found !== undefined)
  return {
    ...tenantOf(operation, persona.tenant ?? (persona.principal === undefined ? personas.find(({ tenant }) => tenant !== undefined)?.tenant : undefined)),
    ...(object && renamed(object.values, object.resource.item, operation.path)),
    ...parts.values,
  }
}

/** The tenant of whoever calls; of somebody where nobody calls. */
function tenantOf({ parameters }: AuditOperation, tenant: string | undefined): Readonly<Record<string, string>> {
  return tenant === undefined ? {} : Object.fromEntries(parameters.filter(({ name }) => isTenant(name)).map(({ name }) => [name, tenant]))
}

type Text = { readonly text: string; readonly missing?: never } | { readonly text?: never; readonly missing: string }

function fillPath({ path, parameters }: AuditOperation, values: Readonly<Record<string, string>>): Text {
  let missing: string | undefined
  const text = path.replace(/\{([^{}]*)\}/g, (_, name: string) => {
    const value = Object.hasOwn(values, name) ? values[name] : parameters.find((one) => one.in === 'path' && one.name === name)?.example
    if (value === undefined || value === '') missing ??= `no value for the path parameter \`${name}\``
    return encodeURIComponent(String(value ?? ''))
  })
  return missing === undefined ? { text } : { missing }
}

function queryOf({ parameters }: AuditOperation, values: Readonly<Record<string, string>>): Text {
  const pairs: string[] = []
  for (const { name, in: where, required, example } of parameters) {
    if (where !== 'query') continue
    const value = (Object.hasOwn(values, name) ? values[name] : undefined) ?? (required ? example : undefined)
    if (value !== undefined) pairs.push(`${encodeURIComponent(name)}=${encodeURIComponent(String(value))}`)
    else if (required) return { missing: `no value for the query parameter \`${name}\`` }
  }
  return { text: pairs.length === 0 ? '' : `?${pairs.join('&')}` }
}

/** Puts the content into a request: what the caller gives, or the example of the document. */
function withContent(request: AuditRequest, { content }: AuditOperation, parts: RequestParts): AuditRequest {
  const value = 'body' in parts ? parts.body : content?.example
  if (value === undefined || request.method === 'GET' || request.method === 'HEAD') return request
  const mediaType = content?.mediaType ?? 'application/json'
  return { ...request, fields: [...request.fields, ['Content-Type', mediaType]], body: written(value, mediaType) }
}

function written(value: unknown, mediaType: string): string {
  if (mediaType === 'application/x-www-form-urlencoded' && typeof value === 'object' && value !== null)
    return new URLSearchParams(
      Object.entries(value).map(([name, one]): [string, string] => [name, typeof one === 'string' ? one : JSON.stringify(one)]),
    ).toString()
  return typeof value === 'string' && !/[/+]json\b/.test(mediaType) ? value : JSON.stringify(value)
}
