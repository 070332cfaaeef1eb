import { describe } from '@countersign/core'
import type { Entry } from './node.ts'
import type { Operation } from './operation.ts'
import type { PathItem } from './path-items.ts'
import { parseTemplate } from './path-template.ts'
import { fail, type Reader } from './reader.ts'

/** Finds what no single operation can know: the same requests or id elsewhere. Answers the operation with those of its paths that reach it, if any does. */
export type OverlapCheck = (operation: Operation, item: PathItem, at: Entry) => Operation | undefined

/** Paths that match the same requests. */
interface Shape {
  /** The first of them. */
  readonly path: string
  readonly at: Entry
  readonly methods: Map<string, Held>
}

/** Who answers a method there. */
interface Held {
  readonly path: string
  readonly at: Entry
  readonly operation: Operation
}

/** An operation with one of its paths, and where both are written. */
interface Claim extends Held {
  readonly item: PathItem
}

export function overlapCheck(reader: Reader): OverlapCheck {
  const shapes = new Map<string, Shape>()
  const warnId = idCheck(reader)
  return (operation, item, at) => {
    warnId(operation, at)
    const [first, ...others] = operation.paths.filter((path) => {
      // The path was read before; a base path in front of it cannot break it, but could make it too long.
      const { template, fault } = parseTemplate(path)
      if (template === undefined) return fail(reader, { code: 'path-template', message: `the path with its base path cannot be read: ${fault}` }, item.at)
      const shape = shapes.get(template.shape) ?? { path, at: item.at, methods: new Map() }
      shapes.set(template.shape, shape)
      return isFree(reader, shape, { path, at, operation, item })
    })
    return first === undefined ? undefined : { ...operation, paths: [first, ...others] }
  }
}

function idCheck({ problems }: Reader): (operation: Operation, at: Entry) => void {
  const ids = new Map<string, Entry>()
  return ({ id }, at) => {
    if (id === undefined) return
    const other = ids.get(id)
    if (other === undefined) ids.set(id, at)
    else {
      const message = `the \`operationId\` \`${id}\` is also in line ${lineOf(other)}`
      problems.warn({ code: 'duplicate-id', message, hint: 'give each operation its own' }, at)
    }
  }
}

/**
 * Whether nobody has this method of the shape yet.
 *
 * OpenAPI calls templates that differ only in names identical and invalid ("Paths Object"), but real documents have
 * them. Together they are one path as long as it is clear what each request is asked for.
 */
function isFree(reader: Reader, shape: Shape, claim: Claim): boolean {
  const { path, at, operation, item } = claim
  const held = shape.methods.get(operation.method)
  if (held !== undefined) return refuse(reader, held, claim)
  shape.methods.set(operation.method, { path, at, operation })
  if (shape.path !== path) {
    const message = `\`${path}\` matches the same requests as \`${shape.path}\` in line ${lineOf(shape.at)}, so the two are one path`
    reader.problems.warn({ code: 'identical-paths', message, hint: 'give their parameters the same names, in one path' }, item.at)
  }
  return true
}

function refuse(reader: Reader, held: Held, { path, at, operation }: Claim): false {
  const [ours, theirs] = [`${operation.method} ${path}`, `${operation.method} ${held.path}`]
  const line = lineOf(held.at)
  if (path === held.path) {
    fail(reader, { code: 'duplicate-operation', message: `\`${ours}\` is also in line ${line}`, hint: 'keep one of them' }, at)
  } else if (JSON.stringify(operation.requirement) === JSON.stringify(held.operation.requirement)) {
    const message = `\`${ours}\` matches the same requests as \`${theirs}\` in line ${line} and asks for the same, so it is left out`
    reader.problems.warn({ code: 'identical-paths', message, hint: 'keep one of them' }, at)
  } else {
    const asked = `${describe(operation.requirement)} here and ${describe(held.operation.requirement)} there`
    const message = `\`${ours}\` matches the same requests as \`${theirs}\` in line ${line}, but which requirement holds is unclear: ${asked}`
    fail(reader, { code: 'identical-paths', message, hint: 'let both ask for the same, or keep one of them' }, at)
  }
  return false
}

function lineOf({ source, offset }: Entry): number {
  return source.place(offset).line
}
