import { readDetails, type OperationDetails, type WrittenOperation } from './details.ts'
import { loadFurther } from './further-files.ts'
import { createLibrary, LIMITS, type Book, type Library, type Limits } from './library.ts'
import { textOf, valueAt, type Node } from './node.ts'
import { NO_OFFERS, offersOf, type Offers } from './offers.ts'
import type { Operation } from './operation.ts'
import { readOperations } from './operations.ts'
import type { Scope } from './path-items.ts'
import type { Diagnostic } from './place.ts'
import { createProblems, type Problems } from './problems.ts'
import { reportRepeated, type Version } from './reader.ts'
import { createReferences } from './references.ts'
import { folderOf, normalFile, normalFolder } from './relative.ts'
import type { SchemeName, SecurityScheme } from './scheme-definitions.ts'
import { readSchemes } from './scheme-table.ts'
import { sourceText } from './source-text.ts'

export interface LoadOptions {
  /** Reads a text file. A failure becomes a diagnostic, with the failure's `code` if it has one. */
  readonly read: (path: string) => Promise<string>
  /** The folder that `$ref`s may not leave. Default: the folder of the document. */
  readonly root?: string
  /** Says which authentication scheme stands for a security scheme; `undefined` for the usual one. */
  readonly schemeName?: SchemeName
  readonly limits?: Partial<Limits>
  /** Reads also the files that only descriptions of content refer to, so that `details` can follow them. */
  readonly details?: boolean
}

/** A description of an API, as far as it says who may call what. */
export interface ApiDocument extends Offers {
  readonly file: string
  /** As it is written, such as `3.1.0`; empty if it cannot be told. */
  readonly version: string
  readonly title: string
  /** In the order of the document. With errors among the diagnostics the list may lack some, and must not be served. */
  readonly operations: readonly Operation[]
  readonly securitySchemes: readonly SecurityScheme[]
  /** Everything that is wrong or worth knowing, by file and place. */
  readonly diagnostics: readonly Diagnostic[]
  /** All files that were read, the document first. */
  readonly files: readonly string[]
  /**
   * What the document says about one of its operations beside who may call it. Read when it is asked for, and not kept.
   *
   * Throws a `TypeError` for an operation of another document.
   */
  details(operation: Operation): OperationDetails
}

const NO_OPERATIONS = { code: 'no-operations', message: 'the document has no operations, so every request is refused' }

/** How many files may stand between the document and what it refers to. */
const ROUNDS = 32

/**
 * Reads an OpenAPI document (2.0, 3.0, 3.1 or 3.2; YAML or JSON) with the files that it refers to.
 *
 * Never rejects for what a document says: everything wrong is in `diagnostics`, all at once. With an error
 * among them the operations must not be served. Nothing is fetched.
 */
export async function loadOpenApi(file: string, options: LoadOptions): Promise<ApiDocument> {
  return (await loadCounted(file, options)).document
}

/** The document, and how many operations were read for it in all: for tests of how that scales with files. */
export async function loadCounted(file: string, options: LoadOptions): Promise<{ readonly document: ApiDocument; readonly operationsRead: number }> {
  const limits = { ...LIMITS, ...options.limits }
  const name = normalFile(file)
  const faults = createProblems()
  const library = createLibrary(options.read, limits, faults)
  const book = await library.load(name)
  if (book.state !== 'read') return { document: unread(name, book, { library, faults }), operationsRead: 0 }
  let operationsRead = 0
  // Until every file is there, only those paths are read again that lacked one. What counts is read in one piece.
  let only: ReadonlySet<string> | undefined
  for (let round = 1; ;) {
    const scope: Scope = { ...(only === undefined ? {} : { only }), unfinished: new Set() }
    const attempt = read(book.root, { library, limits, options, scope })
    operationsRead += attempt.found.operations.length
    if (attempt.wanted.size > 0) {
      await fetchWanted(library, attempt.wanted, round)
      only = scope.unfinished
      round += 1
    } else if (only !== undefined) only = undefined
    else {
      if (options.details === true) await loadFurther(library, name, options.root)
      return { document: finished(name, attempt, { library, faults, root: book.root }), operationsRead }
    }
  }
}

async function fetchWanted(library: Library, files: ReadonlySet<string>, round: number): Promise<void> {
  for (const file of files) {
    if (round <= ROUNDS) await library.load(file)
    else library.refuse(file, { code: 'too-large', message: `\`$ref\`s lead through more than ${ROUNDS} files in a row` })
  }
}

interface Surroundings {
  readonly library: Library
  readonly faults: Problems
  readonly root: Node
}

function finished(file: string, { found, problems, details }: Attempt, { library, faults, root }: Surroundings): ApiDocument {
  const told = [...faults.list(), ...problems.list()]
  // Where something is wrong, that is probably why, and it was told.
  if (told.length === 0 && found.operations.length === 0) faults.warn(NO_OPERATIONS, root)
  return { file, ...found, diagnostics: told.length === 0 ? faults.list() : told, files: library.files(), details }
}

/** What there is to say about an entry document that is not there, or is no YAML or JSON. */
function unread(file: string, book: Book, { library, faults }: Pick<Surroundings, 'library' | 'faults'>): ApiDocument {
  if (book.state === 'unreadable') faults.error(book.problem, { source: sourceText(file, ''), offset: 0 })
  return {
    file,
    version: '',
    title: '',
    operations: [],
    securitySchemes: [],
    ...NO_OFFERS,
    diagnostics: faults.list(),
    files: library.files(),
    details: foreign,
  }
}

function foreign({ method, path }: Operation): never {
  throw new TypeError(`${method} ${path} is no operation of this document`)
}

interface Attempt {
  readonly wanted: ReadonlySet<string>
  readonly problems: Problems
  readonly found: Pick<ApiDocument, 'version' | 'title' | 'operations' | 'securitySchemes' | keyof Offers>
  readonly details: ApiDocument['details']
}

interface Reading {
  readonly library: Library
  readonly limits: Limits
  readonly options: LoadOptions
  readonly scope: Scope
}

/** Reads what is in scope with the files that are there. What it found counts only if that is all, and no other file was wanted. */
function read(entry: Node, { library, limits, options, scope }: Reading): Attempt {
  const problems = createProblems()
  const root = normalFolder(options.root ?? folderOf(entry.source.file))
  const references = createReferences(library, { root, problems, entry })
  const title = textOf(valueAt(valueAt(entry, 'info'), 'title')) ?? ''
  const written = writtenVersion(entry)
  const version = known(written)
  if (version === undefined) {
    const found = written === '' ? 'this is no OpenAPI document: it has neither `openapi` nor `swagger`' : `this is OpenAPI \`${written.slice(0, 20)}\``
    problems.error(
      { code: 'version-unsupported', message: found, hint: 'accepted are `swagger: "2.0"` and `openapi:` 3.0, 3.1 and 3.2' },
      valueAt(entry, 'openapi') ?? valueAt(entry, 'swagger') ?? entry,
    )
    return { wanted: references.wanted, problems, found: { version: written, title, operations: [], securitySchemes: [], ...NO_OFFERS }, details: foreign }
  }
  const reader = { version, entry, references, problems }
  if (entry.kind === 'map') reportRepeated(entry, problems)
  const schemes = readSchemes(reader, options.schemeName)
  const places = new WeakMap<Operation, WrittenOperation>()
  const operations = readOperations(reader, schemes, { limits, scope, written: places })
  const details = (operation: Operation): OperationDetails => {
    const place = places.get(operation) ?? foreign(operation)
    // What is wrong with content is nobody's diagnostic.
    const silent = createProblems()
    return readDetails({ version, entry, problems: silent, references: createReferences(library, { root, problems: silent, entry }) }, place)
  }
  return { wanted: references.wanted, problems, found: { version: written, title, operations, securitySchemes: schemes.all, ...offersOf(entry) }, details }
}

/** Often written without quotes, and then it is a number. */
function writtenVersion(entry: Node): string {
  const node = valueAt(entry, 'openapi') ?? valueAt(entry, 'swagger')
  return node?.kind === 'scalar' ? node.written : ''
}

function known(version: string): Version | undefined {
  const [, minor] = /^(2\.0|3\.[012])(?:\.\d+(?:-[\w.]+)?)?$/.exec(version) ?? []
  return minor === '2.0' || minor === '3.0' || minor === '3.1' || minor === '3.2' ? minor : undefined
}
