import { accessReader } from './access.ts'
import type { WrittenOperation } from './details.ts'
import type { Limits } from './library.ts'
import { textOf, type Entry } from './node.ts'
import type { Operation } from './operation.ts'
import { overlapCheck } from './overlaps.ts'
import { parameterReader } from './parameters.ts'
import { pathItems, type PathItem, type Scope } from './path-items.ts'
import { fail, fieldsOf, type Reader } from './reader.ts'
import type { SchemeTable } from './scheme-table.ts'
import { basePathOf, serverReader } from './servers.ts'

export interface OperationsOptions {
  readonly limits: Limits
  readonly scope: Scope
  /** Where each operation is written is put there. */
  readonly written: WeakMap<Operation, WrittenOperation>
}

/** The operations of a document, in their order, and what is wrong between them. */
export function readOperations(reader: Reader, schemes: SchemeTable, { limits, scope, written }: OperationsOptions): readonly Operation[] {
  const read = operationReader(reader, schemes)
  const check = overlapCheck(reader)
  const found: Operation[] = []
  for (const item of pathItems(reader, scope)) {
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
      const reached = operation && check(operation, item, at)
      if (reached === undefined) continue
      found.push(reached)
      written.set(reached, { at, item: item.fields, parameters: reached.parameters })
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
