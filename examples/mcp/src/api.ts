import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import type { McpGuard } from 'countersign'
import { protectWith, serveMetadata } from 'countersign/express'
import express, { type Express, type Request, type Response } from 'express'
import { notesServer } from './notes-server.ts'

/** The MCP server over HTTP: metadata for everybody, the tools for those who may. */
export function buildApp({ guard, resource, requirement, requirementOf }: McpGuard): Express {
  const notes = ['buy milk']
  const protect = protectWith(guard)
  const app = express()
  app.use(serveMetadata(resource))
  // First who it is, then what the message asks for: nothing is read of callers who are not known.
  app.post('/mcp', protect(requirement), express.json({ limit: '100kb' }), (req, res, next) => protect(requirementOf(req.body))(req, res, next))
  app.post('/mcp', (req, res) => answer(req, res, notes))
  // There are no sessions and no streams of the server's own, so other methods have nothing to do here.
  app.all('/mcp', protect(requirement), (_req, res) => void res.status(405).set('Allow', 'POST').end())
  return app
}

async function answer(req: Request, res: Response, notes: string[]): Promise<void> {
  const server = notesServer(notes)
  const transport = new StreamableHTTPServerTransport()
  res.on('close', () => void server.close())
  await server.connect(transport)
  await transport.handleRequest(req, res, req.body)
}
