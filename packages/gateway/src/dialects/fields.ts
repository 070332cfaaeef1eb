import { isIP } from 'node:net'
import type { Original, Reading, SubRequest } from './dialect.ts'

/** Which fields carry what; nothing where the sub-request itself says it. Lower case. */
export interface FieldNames {
  readonly method?: string
  readonly uri?: string
  readonly host?: string
  readonly client: string
  readonly proto: string
  /** Only where the proxy overwrites what the caller sends. */
  readonly id?: string
}

/** The field with the shared secret. */
export const SECRET_FIELD = 'x-countersign-secret'
/** Of the sub-request alone. */
const OWN: ReadonlySet<string> = new Set(['host', 'content-length', 'transfer-encoding', 'expect', SECRET_FIELD])

/** Reads the original request from named fields: one that is missing, repeated or unusable is a fault of the proxy's configuration. */
export function readFields(names: FieldNames, asked: SubRequest, path?: string): Reading {
  const named = new Map<string, string[]>(Object.values(names).map((name) => [name, []]))
  const raw: string[] = []
  const hosts: string[] = []
  for (let index = 0; index < asked.raw.length; index += 2) {
    const [name = '', value = ''] = [asked.raw[index], asked.raw[index + 1]]
    const lower = name.toLowerCase()
    const values = named.get(lower)
    if (values !== undefined) values.push(value)
    else if (lower === 'host') hosts.push(value)
    else if (!OWN.has(lower)) raw.push(name, value)
  }
  const faults: string[] = []
  const one = (name: string, isFit: (value: string) => boolean, values = named.get(name) ?? []): string => {
    const [value = ''] = values
    if (values.length !== 1) faults.push(`\`${name}\` ${values.length === 0 ? 'is missing' : `came ${values.length} times`}`)
    else if (!isFit(value)) faults.push(`\`${name}\` cannot be used`)
    return value
  }
  const original: Original = {
    method: names.method === undefined ? asked.method : one(names.method, (value) => /^[A-Z]+(?:-[A-Z]+)*$/.test(value)),
    uri: names.uri === undefined ? one('the path', isTarget, [path ?? asked.target]) : one(names.uri, isTarget),
    host: names.host === undefined ? one('host', isGiven, hosts) : one(names.host, isGiven),
    client: lastHop(one(names.client, (value) => isIP(lastHop(value)) !== 0)),
    secure: one(names.proto, (value) => /^(?:https?|wss?)$/i.test(value))
      .toLowerCase()
      .endsWith('s'),
    ...idOf(names, named),
    raw,
  }
  return faults.length === 0 ? { ok: true, original } : { ok: false, fault: faults.join(', ') }
}

/** In a list the last entry is what the proxy saw itself; what stands before it is somebody else's word. */
function lastHop(value: string): string {
  return value.slice(value.lastIndexOf(',') + 1).trim()
}

/** An id is a help against double counting and no condition of a decision. */
function idOf({ id }: FieldNames, named: ReadonlyMap<string, readonly string[]>): { readonly id?: string } {
  const values = id === undefined ? [] : (named.get(id) ?? [])
  const [value] = values
  return values.length === 1 && value !== undefined && /^[\w.:=+/-]{8,128}$/.test(value) ? { id: value } : {}
}

/** What else is wrong with a target or a host is the caller's doing, and gets 400. */
function isTarget(uri: string): boolean {
  return uri.startsWith('/') || uri === '*' || /^https?:\/\//i.test(uri)
}

function isGiven(host: string): boolean {
  return host !== ''
}
