export { mcpAuthorization, type McpAuthorizationOptions } from './authorization.ts'
export type { IssuerCheck } from './discover.ts'
export type { RegisteredClient, Registering } from './register.ts'
