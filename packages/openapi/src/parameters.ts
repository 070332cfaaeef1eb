import { textOf, valueAt, type Entry, type Node } from './node.ts'
import { fieldsOf, itemsOf, type Reader } from './reader.ts'

/** A parameter of an operation, as far as somebody needs it who wants to call it. */
export interface Parameter {
  readonly name: string
  /** `path`, `query`, `querystring`, `header`, `cookie`; in Swagger 2.0 also `body` and `formData`. */
  readonly in: string
  readonly required: boolean
  /** The type of its schema, where it is written right there. */
  readonly type?: string
  /** An example or a default, where it is a text, a number or a boolean. */
  readonly example?: string | number | boolean
}

/** Makes a function that gives the parameters of an operation: its own, and those of the path item that it does not replace. */
export function parameterReader(reader: Reader): (own: Entry | undefined, shared: Entry | undefined) => readonly Parameter[] {
  const lists = new Map<Node, readonly Parameter[]>()
  const single = new Map<Node, Parameter | undefined>()
  const one = (item: Node): Parameter | undefined => {
    const node = reader.references.follow(item)
    if (node === undefined) return undefined
    if (!single.has(node)) single.set(node, readParameter(reader, node))
    return single.get(node)
  }
  const list = (at: Entry | undefined): readonly Parameter[] => {
    if (at === undefined) return NONE
    let known = lists.get(at.value)
    if (known === undefined) {
      known = (itemsOf(reader, at.value, '`parameters`') ?? []).map(one).filter((parameter) => parameter !== undefined)
      lists.set(at.value, known)
    }
    return known
  }
  return (own, shared) => {
    const mine = list(own)
    const theirs = list(shared)
    if (mine.length === 0 || theirs.length === 0) return mine.length === 0 ? theirs : mine
    const replaced = new Set(mine.map(idOf))
    return [...theirs.filter((parameter) => !replaced.has(idOf(parameter))), ...mine]
  }
}

const NONE: readonly Parameter[] = []

function idOf({ name, in: where }: Parameter): string {
  return `${where} ${name}`
}

function readParameter(reader: Reader, node: Node): Parameter | undefined {
  const fields = fieldsOf(reader, node, 'a parameter')
  const name = textOf(fields?.get('name')?.value)
  const where = textOf(fields?.get('in')?.value)
  if (fields === undefined) return undefined
  if (name === undefined || where === undefined) {
    // It asks nothing of the caller's identity, so the document can be used without it.
    reader.problems.warn({ code: 'parameter', message: 'a parameter has no `name` or no `in`; it is left out' }, node)
    return undefined
  }
  const required = fields.get('required')?.value
  const schema = fields.get('schema')?.value
  const type = textOf(valueAt(schema, 'type') ?? fields.get('type')?.value)
  const example = [fields.get('example')?.value, valueAt(schema, 'example'), valueAt(schema, 'default')].map(plainOf).find((value) => value !== undefined)
  return {
    name,
    in: where,
    required: required?.kind === 'scalar' && required.value === true,
    ...(type === undefined ? {} : { type }),
    ...(example === undefined ? {} : { example }),
  }
}

function plainOf(node: Node | undefined): string | number | boolean | undefined {
  return node?.kind === 'scalar' && node.value !== null ? node.value : undefined
}
