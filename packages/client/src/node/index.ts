export { commandToken, type CommandOptions } from './command.ts'
export { environmentToken } from './environment.ts'
