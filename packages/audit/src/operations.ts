import type { ApiDocument, Operation } from '@countersign/openapi'
import type { AuditConfig } from './config/config.ts'
import { forbiddenByDefault, isNamed } from './never-touch.ts'
import type { AuditOperation } from './operation.ts'

/** The operations of a document as they are called at the target. */
export function auditOperations(document: ApiDocument, config: Pick<AuditConfig, 'target' | 'neverTouch'>): readonly AuditOperation[] {
  const base = new URL(config.target).pathname.replace(/\/+$/, '')
  return document.operations.map((operation) => auditOperation(operation, { base, neverTouch: config.neverTouch }))
}

interface Calling {
  /** The path of the target; it stands instead of those that the document gives its servers. */
  readonly base: string
  readonly neverTouch: readonly string[]
}

function auditOperation(operation: Operation, { base, neverTouch }: Calling): AuditOperation {
  const path = base === '' ? operation.paths[0] : base + operation.path
  const { method, id, summary } = operation
  const tags: readonly string[] = []
  const named = { method, path: operation.path, ...(id === undefined ? {} : { id }), tags }
  const why = isNamed(neverTouch, named) ? 'the configuration says so' : forbiddenByDefault(named)
  return {
    key: `${method} ${path}`,
    method,
    path,
    ...(id === undefined ? {} : { id }),
    ...(summary === undefined ? {} : { summary }),
    tags,
    requirement: operation.requirement,
    declared: operation.declared,
    parameters: operation.parameters,
    answers: [],
    place: operation.place,
    ...(why === undefined ? {} : { neverTouch: why }),
  }
}
