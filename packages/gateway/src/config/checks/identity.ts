import { find, isMap, shown, textOf, type Located } from '../located.ts'
import type { Source } from '../source.ts'

const DEFAULTS = ['X-Countersign-Subject', 'X-Countersign-Roles', 'X-Countersign-Scopes', 'X-Countersign-Scheme', 'X-Countersign-Decision']
const HEADERS = ['subject', 'roles', 'scopes', 'scheme', 'decision']

/** Each field for the upstream, and the one of the API key, has a name of its own. */
export function checkIdentity(root: Located, source: Source): void {
  const used = new Map<string, string>()
  const add = (what: string, node: Located | undefined, otherwise: string) => {
    const name = (node === undefined ? otherwise : textOf(node))?.toLowerCase()
    if (name === undefined) return
    const other = used.get(name)
    used.set(name, what)
    // Two defaults never clash; a clash is told at the member that is written.
    const at = node ?? root
    if (other !== undefined)
      source.error(at.start, {
        code: 'same-field',
        message: `\`${what}\` and \`${other}\` have the same field, ${shownName(node, otherwise)}`,
        hint: 'give each a field of its own',
      })
  }
  for (const [index, name] of HEADERS.entries()) {
    if (find(root, ['identity', 'headers', name]) === undefined) add(`identity.headers.${name}`, undefined, DEFAULTS[index] ?? '')
  }
  for (const [name, node] of find(root, ['identity', 'headers'])?.members ?? []) {
    if (HEADERS.includes(name)) add(`identity.headers.${name}`, node, '')
  }
  if (isMap(find(root, ['identity', 'assertion']))) add('identity.assertion.header', find(root, ['identity', 'assertion', 'header']), 'X-Countersign-Assertion')
  if (find(root, ['schemes', 'dpop']) !== undefined) add('schemes.dpop', undefined, 'DPoP')
  addForwarded(root, add)
  if (find(root, ['schemes', 'apiKey']) !== undefined) add('schemes.apiKey.header', find(root, ['schemes', 'apiKey', 'header']), 'X-Api-Key')
}

/** Of the certificate, which a proxy writes. */
function addForwarded(root: Located, add: (what: string, node: Located | undefined, otherwise: string) => void): void {
  const forwarded = find(root, ['network', 'clientCertificates'])
  if (!isMap(forwarded)) return
  const form = textOf(forwarded.members.get('form'))
  const usual = form === 'envoy' ? 'X-Forwarded-Client-Cert' : 'Client-Cert'
  add('network.clientCertificates.field', forwarded.members.get('field'), usual)
}

function shownName(node: Located | undefined, otherwise: string): string {
  return node === undefined ? `\`${otherwise}\`` : shown(node)
}
