export type { Guessing } from './guessing.ts'
export { openSqliteStore, type SqliteStoreOptions } from './sqlite/open.ts'
export * from './store.ts'
