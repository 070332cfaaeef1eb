import { accessReader } from './access.ts'
import type { Limits } from './library.ts'
import { textOf, type Entry } from './node.ts'
import type { Operation } from './operation.ts'
import { parameterReader } from './parameters.ts'
import { pathItems, type PathItem } from './path-items.ts'
import { parseTemplate } from './path-template.ts'
import { fail, fieldsOf, type Reader } from './reader.ts'
import type { SchemeTable } from './scheme-table.ts'
import { basePathOf, serverReader } from './servers.ts'

/** The operations of a document, in their order, and what is wrong between them. */
export function readOperations(reader: Reader, schemes: SchemeTable, limits: Limits): readonly Operation[] {
  const read = operationReader(reader, schemes)
  const check = crossChecker(reader)
  const found: Operation[] = []
  for (const item of pathItems(reader)) {
    for (const { method, at } of item.operations) {
      if (found.length >= limits.operations) {
        fail(
          reader,
          { code: 'too-large', message: `there are more than ${limits.operations} operations`, hint: 'raise `limits.operations`, or split the document' },
          at,
        )
        return found
      }
      const operation = read(item, { method, at })
      if (operation === undefined) continue
      check(operation, item, at)
      found.push(operation)
    }
  }
  return found
}

type ReadOperation = (item: PathItem, written: PathItem['operations'][number]) => Operation | undefined

function operationReader(reader: Reader, schemes: SchemeTable): ReadOperation {
  const accessOf = accessReader(reader, schemes)
  const parametersOf = parameterReader(reader)
  const basesOf = baseReader(reader)
  return ({ at: path, template, fields: item }, { method, at }) => {
    const label = `${method} ${template.text}`
    const operation = fieldsOf(reader, at.value, label)
    if (operation === undefined) return undefined
    const access = accessOf({ label, template, at, item, operation })
    const [first = '', ...others] = basesOf(operation.get('servers') ?? item.get('servers'))
    const id = textOf(operation.get('operationId')?.value)
    const summary = textOf(operation.get('summary')?.value)
    return {
      ...(id === undefined ? {} : { id }),
      method,
      path: path.key,
      paths: [first + path.key, ...others.map((base) => base + path.key)],
      ...(summary === undefined ? {} : { summary }),
      requirement: access.requirement,
      declared: access.declared,
      source: access.at.source.place(access.at.offset),
      place: at.source.place(at.offset),
      deprecated: isTrue(operation.get('deprecated')),
      parameters: parametersOf(operation.get('parameters'), item.get('parameters')),
    }
  }
}

function isTrue(entry: Entry | undefined): boolean {
  return entry?.value.kind === 'scalar' && entry.value.value === true
}

/** Base paths from the nearest `servers`, or from `basePath` in Swagger 2.0. */
function baseReader(reader: Reader): (nearest: Entry | undefined) => readonly string[] {
  if (reader.version === '2.0') {
    const bases = [basePathOf(reader)]
    return () => bases
  }
  const read = serverReader(reader)
  const root = reader.entry.kind === 'map' ? reader.entry.entries().get('servers') : undefined
  return (nearest) => {
    const servers = nearest ?? root
    return servers === undefined ? [''] : read(servers)
  }
}

/** Finds what no single operation can know: the same path, operation or id elsewhere. */
function crossChecker(reader: Reader): (operation: Operation, item: PathItem, at: Entry) => void {
  const shapes = new Map<string, { readonly path: string; readonly at: Entry; readonly methods: Map<string, Entry> }>()
  const ids = new Map<string, Entry>()
  return (operation, item, at) => {
    const { id, method, paths } = operation
    const other = id === undefined ? undefined : ids.get(id)
    if (other !== undefined) {
      reader.problems.warn(
        { code: 'duplicate-id', message: `the \`operationId\` \`${id}\` is also in line ${lineOf(other)}`, hint: 'give each operation its own' },
        at,
      )
    } else if (id !== undefined) ids.set(id, at)
    for (const path of paths) {
      // The path was read before; a base path in front of it cannot break it, but could make it too long.
      const { template, fault } = parseTemplate(path)
      if (template === undefined) {
        fail(reader, { code: 'path-template', message: `the path with its base path cannot be read: ${fault}` }, item.at)
        continue
      }
      const same = shapes.get(template.shape)
      if (same === undefined) shapes.set(template.shape, { path, at: item.at, methods: new Map([[method, at]]) })
      else if (same.path !== path) {
        const message = `\`${path}\` matches the same requests as \`${same.path}\` in line ${lineOf(same.at)}`
        fail(reader, { code: 'identical-paths', message, hint: 'give their parameters the same names, in one path' }, item.at)
      } else if (same.methods.has(method)) {
        fail(
          reader,
          { code: 'duplicate-operation', message: `\`${method} ${path}\` is also in line ${lineOf(same.methods.get(method) ?? at)}`, hint: 'keep one of them' },
          at,
        )
      } else same.methods.set(method, at)
    }
  }
}

function lineOf({ source, offset }: Entry): number {
  return source.place(offset).line
}
