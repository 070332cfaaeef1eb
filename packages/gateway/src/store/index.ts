export type { GuessingLimits as Guessing } from 'countersign'
export { openSqliteStore, type SqliteStoreOptions } from './sqlite/open.ts'
export * from './store.ts'
