import { listen } from '@countersign/example-kit'
import { mcpGuard } from 'countersign'
import { buildApp } from './api.ts'
import { startAuthorizationServer } from './authorization-server.ts'

/** The two servers of the example while they run. */
export interface Running {
  /** The address of the MCP endpoint. */
  readonly resource: string
  readonly issuer: string
  close(): Promise<void>
}

/** Starts the MCP server and the authorization server. */
export async function start({ port, issuerPort }: { readonly port: number; readonly issuerPort: number }): Promise<Running> {
  const api = await listen(port, 'PORT')
  const resource = `${api.origin}/mcp`
  const authorization = await startAuthorizationServer(issuerPort, resource).catch(async (error: unknown) => {
    await api.close()
    throw error
  })
  const guarded = mcpGuard({
    resource,
    issuer: authorization.origin,
    realm: 'notes',
    scopes: ['notes:read'],
    tools: { 'add-note': ['notes:write'] },
    implies: { 'notes:write': ['notes:read'] },
  })
  api.server.on('request', buildApp(guarded))
  return { resource, issuer: authorization.origin, close: async () => void (await Promise.all([api.close(), authorization.close()])) }
}
