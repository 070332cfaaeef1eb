import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { z } from 'zod'

/** A server of the SDK with a tool that reads and one that writes. It knows nothing of tokens. */
export function notesServer(notes: string[]): McpServer {
  const server = new McpServer({ name: 'notes', version: '1.0.0' })
  const text = (said: string) => ({ content: [{ type: 'text' as const, text: said }] })
  server.registerTool('list-notes', { description: 'All notes' }, () => text(notes.join('\n')))
  server.registerTool('add-note', { description: 'Adds a note', inputSchema: { note: z.string().max(1000) } }, ({ note }) => {
    notes.push(note)
    return text(`${notes.length} notes`)
  })
  return server
}
