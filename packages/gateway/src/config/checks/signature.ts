import { find, isMap, items, type Located, type LocatedMap } from '../located.ts'
import type { Source } from '../source.ts'
import { checkProofOrigin } from './proof-origin.ts'

/** Any of these says what a request is for. */
const TARGETS = ['@target-uri', '@request-target', '@path']
const WAYS = ['keyFile', 'secret', 'secretFile']

/** `schemes.signature`: keys that can be used, and signatures that are for one request only. */
export function checkSignature(root: Located, source: Source): void {
  const signature = find(root, ['schemes', 'signature'])
  if (!isMap(signature)) return
  checkProofOrigin(root, source, { scheme: signature, name: 'signature', what: 'signatures' })
  const keys = signature.members.get('keys')
  if (isMap(keys) && keys.members.size === 0)
    source.error(keys.key ?? keys.start, {
      code: 'no-keys',
      message: '`signature.keys` is empty, so that no signature could be good',
      hint: 'name a key by its `keyid`, with `algorithm`, `keyFile` and `subject`',
    })
  for (const [keyid, key] of keys?.members ?? []) if (isMap(key)) checkKey(keyid, key, source)
  checkComponents(signature.members.get('components'), source)
}

function checkKey(keyid: string, key: LocatedMap, source: Source): void {
  const at = key.key ?? key.start
  // A signature names its key in a string of structured fields (RFC 8941 section 3.3.3).
  if (!/^[ -~]{1,256}$/.test(keyid))
    source.error(at, { code: 'wrong-keyid', message: 'no signature could have this `keyid`', hint: 'pass 1 to 256 ASCII characters' })
  const [first, second] = WAYS.filter((way) => key.members.has(way))
  if (first === undefined)
    source.error(at, { code: 'no-key', message: 'this key has neither `keyFile` nor `secret` nor `secretFile`', hint: 'give one of them' })
  const extra = second === undefined ? undefined : key.members.get(second)
  if (extra !== undefined)
    source.error(extra.key ?? extra.start, { code: 'given-twice', message: `\`${first}\` and \`${second}\` are both given`, hint: 'keep one of them' })
  const algorithm = key.members.get('algorithm')
  if (first === undefined || typeof algorithm?.value !== 'string' || (algorithm.value === 'hmac-sha256') === (first !== 'keyFile')) return
  source.error(algorithm.start, {
    code: 'wrong-key-kind',
    message: `\`${first}\` does not go with this algorithm`,
    hint: '`hmac-sha256` needs a shared secret, every other algorithm a public key',
  })
}

/** A signature that leaves open what is asked for could be put on any other request (RFC 9421 section 7.2.1). */
function checkComponents(components: Located | undefined, source: Source): void {
  if (components === undefined || !Array.isArray(components.value)) return
  const names = items(components).map(({ value }) => value)
  if (names.includes('@method') && TARGETS.some((target) => names.includes(target))) return
  source.error(components.key ?? components.start, {
    code: 'open-signature',
    message: 'such a signature could be put on another request',
    hint: `list \`@method\`, and one of ${TARGETS.map((target) => `\`${target}\``).join(', ')}`,
  })
}
