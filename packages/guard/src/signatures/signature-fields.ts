import {
  isInnerList,
  parseDictionary,
  serializeDictionary,
  serializeInnerList,
  serializeItem,
  type Dictionary,
  type InnerList,
  type Item,
} from 'structured-headers'

/** What a signature covers: a field or something derived from the message (RFC 9421 section 2). */
export interface Component {
  readonly name: string
  /** Its one parameter, if it has one. */
  readonly parameter?: { readonly name: string; readonly value: unknown }
  /** Name and parameter as the signature base has them. */
  readonly identifier: string
}

/** The parameters of RFC 9421 section 2.3. */
export interface SignatureParams {
  /** Seconds since the epoch. */
  readonly created?: number
  /** Seconds since the epoch. */
  readonly expires?: number
  readonly nonce?: string
  readonly alg?: string
  readonly keyid?: string
  readonly tag?: string
}

/** One signature of a message, read but not verified. */
export interface ReadSignature {
  readonly components: readonly Component[]
  readonly params: SignatureParams
  /** The value of `@signature-params`. */
  readonly text: string
  readonly signature: Uint8Array
}

/** How many signatures a message may have, and how many components each of them. */
const MOST_SIGNATURES = 4
const MOST_COMPONENTS = 50
/** Characters of a key id, a nonce or a tag. */
const LONGEST = 256

/**
 * The signatures of a message; nothing if one of them cannot be read (RFC 9421 sections 4.1 and 4.2).
 *
 * Labels and parameters that are there twice, and bytes that could be written in two ways, are not read: the parser would
 * take the last one, and the next one in line perhaps the first.
 */
export function readSignatures(inputLines: readonly string[], signatureLines: readonly string[]): readonly ReadSignature[] | undefined {
  const inputs = readDictionary(inputLines)
  const signatures = readDictionary(signatureLines)
  if (inputs === undefined || signatures === undefined || inputs.size === 0) return undefined
  // RFC 9421 section 4.2: a label that is in one field only is an error.
  if (inputs.size !== signatures.size || inputs.size > MOST_SIGNATURES) return undefined
  const read: ReadSignature[] = []
  for (const [label, input] of inputs) {
    const one = readOne(input, signatures.get(label))
    if (one === undefined) return undefined
    read.push(one)
  }
  return read
}

/** A dictionary in the form that RFC 9651 section 4.1 writes, but for white space. */
function readDictionary(lines: readonly string[]): Dictionary | undefined {
  const text = lines.join(', ')
  try {
    const dictionary = parseDictionary(text)
    return dense(serializeDictionary(dictionary)) === dense(text) ? dictionary : undefined
  } catch {
    // The parser's way of saying that this is no dictionary.
    return undefined
  }
}

function dense(text: string): string {
  return text.replaceAll(/[ \t]/g, '')
}

function readOne(input: Item | InnerList, signature: Item | InnerList | undefined): ReadSignature | undefined {
  if (!isInnerList(input) || signature === undefined || isInnerList(signature)) return undefined
  const [items, parameters] = input
  const bytes: unknown = signature[0]
  if (!(bytes instanceof ArrayBuffer) || items.length > MOST_COMPONENTS) return undefined
  const components = items.map(readComponent).filter((component) => component !== undefined)
  // Each component once (RFC 9421 section 2).
  if (new Set(components.map(({ identifier }) => identifier)).size !== items.length) return undefined
  const params = readParams(parameters)
  return params === undefined ? undefined : { components, params, text: serializeInnerList(input), signature: new Uint8Array(bytes) }
}

/** Names are in lower case (RFC 9421 section 2.1). */
const NAME = /^@?[a-z0-9!#$%&'*+\-.^_`|~]+$/

function readComponent(item: Item): Component | undefined {
  const name: unknown = item[0]
  const parameters: ReadonlyMap<string, unknown> = item[1]
  if (typeof name !== 'string' || !NAME.test(name) || parameters.size > 1) return undefined
  const [parameter] = [...parameters].map(([name, value]) => ({ name, value }))
  return { name, identifier: serializeItem(item), ...(parameter === undefined ? {} : { parameter }) }
}

const NUMBERS = ['created', 'expires'] as const
const TEXTS = ['nonce', 'alg', 'keyid', 'tag'] as const

/** Known parameters have to be of their type; others are covered by the signature, and mean nothing here. */
function readParams(parameters: ReadonlyMap<string, unknown>): SignatureParams | undefined {
  const numbers = NUMBERS.filter((name) => parameters.has(name)).map((name) => [name, parameters.get(name)] as const)
  const texts = TEXTS.filter((name) => parameters.has(name)).map((name) => [name, parameters.get(name)] as const)
  if (!numbers.every(([, value]) => Number.isSafeInteger(value))) return undefined
  if (!texts.every(([, value]) => typeof value === 'string' && value !== '' && value.length <= LONGEST)) return undefined
  return Object.fromEntries([...numbers, ...texts])
}
