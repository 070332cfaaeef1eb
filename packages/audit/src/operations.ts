import type { ApiDocument, Operation } from '@countersign/openapi'
import type { AuditConfig } from './config/config.ts'
import { forbiddenByDefault, isNamed } from './never-touch.ts'
import type { AuditOperation } from './operation.ts'

/** The operations of a document as they are called at the target. What is long about them is read when somebody looks at it. */
export function auditOperations(document: ApiDocument, config: Pick<AuditConfig, 'target' | 'neverTouch'>): readonly AuditOperation[] {
  const base = basePathOf(config)
  return document.operations.map((operation) => auditOperation(operation, { document, base, neverTouch: config.neverTouch }))
}

/** The path of the target; it stands instead of those that the document gives its servers. Empty if the target is an origin alone. */
export function basePathOf({ target }: Pick<AuditConfig, 'target'>): string {
  return new URL(target).pathname.replace(/\/+$/, '')
}

interface Calling {
  readonly document: ApiDocument
  readonly base: string
  readonly neverTouch: readonly string[]
}

function auditOperation(operation: Operation, { document, base, neverTouch }: Calling): AuditOperation {
  const path = base === '' ? operation.paths[0] : base + operation.path
  const { method, id, summary } = operation
  const details = document.details(operation)
  const { tags, extensions } = details
  const named = { method, path: operation.path, ...(id === undefined ? {} : { id }), tags }
  const why = isNamed(neverTouch, named) ? 'the configuration says so' : marked(extensions[MARK], () => forbiddenByDefault(named))
  const [answers, content, parameters] = [once(() => details.answers), once(() => details.content), once(() => details.parameters)]
  return {
    key: `${method} ${path}`,
    method,
    path,
    ...(id === undefined ? {} : { id }),
    ...(summary === undefined ? {} : { summary }),
    tags,
    requirement: operation.requirement,
    declared: operation.declared,
    get parameters() {
      return parameters()
    },
    get content() {
      return content()
    },
    get answers() {
      return answers()
    },
    place: operation.place,
    ...(why === undefined ? {} : { neverTouch: why }),
  }
}

/** The extension with which a document says whether an operation may be sent: `never`, or `allow` in spite of the default list. */
export const MARK = 'x-countersign-audit'

function marked(mark: unknown, otherwise: () => string | undefined): string | undefined {
  if (mark === undefined) return otherwise()
  if (mark === 'allow') return undefined
  return mark === 'never' ? 'the document says so' : `\`${MARK}\` is neither \`never\` nor \`allow\``
}

function once<T>(read: () => T): () => T {
  let known: { readonly value: T } | undefined
  return () => (known ??= { value: read() }).value
}
