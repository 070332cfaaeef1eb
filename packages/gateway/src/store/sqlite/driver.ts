import { StoreError } from '../store.ts'

export type Value = string | number | null | Uint8Array
export type Row = Readonly<Record<string, unknown>>

export interface DriverStatement {
  get(...values: Value[]): Row | undefined
  all(...values: Value[]): Row[]
  run(...values: Value[]): { readonly changes: number | bigint }
}

export interface DriverDatabase {
  exec(sql: string): void
  prepare(sql: string): DriverStatement
  close(): void
}

/** The calls of `node:sqlite` that are used here; `@photostructure/sqlite` has the same. */
export interface Driver {
  readonly DatabaseSync: new (path: string, options: { readonly readOnly: boolean }) => DriverDatabase
  /** Node has it from 22.16 on. */
  readonly backup?: (source: DriverDatabase, file: string, options: { readonly rate: number }) => Promise<unknown>
}

export type DriverSource = () => Promise<Driver | undefined>

const builtIn: DriverSource = async () => {
  // A name that this version of Node does not have gives `undefined`; `import` would throw.
  const found: unknown = process.getBuiltinModule('node:sqlite')
  return isDriver(found) ? found : undefined
}

const installed: DriverSource = async () => {
  try {
    const found: unknown = await import('@photostructure/sqlite')
    return isDriver(found) ? found : undefined
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND') return undefined
    throw new StoreError('`@photostructure/sqlite` is installed and does not start; install it again on this machine, or use Node 22.13 or later', {
      cause: error,
    })
  }
}

/** SQLite as Node has it from 22.13 on, otherwise the package for older versions; a `StoreError` if there is neither. */
export async function loadDriver(sources: readonly DriverSource[] = [builtIn, installed]): Promise<Driver> {
  for (const source of sources) {
    const driver = await source()
    if (driver !== undefined) return driver
  }
  throw new StoreError(
    `Node ${process.versions.node} has no SQLite and the package \`@photostructure/sqlite\` is not installed; install it, or use Node 22.13 or later`,
  )
}

function isDriver(found: unknown): found is Driver {
  return typeof found === 'object' && found !== null && 'DatabaseSync' in found && typeof found.DatabaseSync === 'function'
}
