import type { RequestListener } from 'node:http'
import { listen, type Listening } from '@countersign/example-kit'

/** What the API answers, by method and the first part of the path. */
const ANSWERS: Readonly<Record<string, readonly [status: number, body: unknown]>> = {
  'GET /data': [200, { data: 'Secret data' }],
  'GET /admin': [200, { data: 'Admin panel data' }],
  'GET /customers': [200, { orders: [{ id: '42', total: 12 }] }],
  'POST /orders': [201, { ordered: true }],
  'POST /transfers': [201, { transferred: true }],
  'GET /reports': [200, { reports: [] }],
  'GET /feed': [200, { news: [] }],
  'GET /health': [200, { healthy: true }],
}

/**
 * Starts the API that the gateway protects. There is no word about credentials in it.
 *
 * Who calls it learns from the gateway, which removes such fields from requests before it sets its own.
 */
export async function startUpstream(port: number): Promise<Listening> {
  const listening = await listen(port, 'UPSTREAM_PORT')
  listening.server.on('request', answer)
  return listening
}

const answer: RequestListener = (request, response) => {
  request.resume()
  const [, first = ''] = (request.url ?? '/').split('/')
  const [status, body] = ANSWERS[`${request.method} /${first}`] ?? [404, { error: 'no such thing' }]
  const caller = request.headers['x-countersign-subject'] ?? 'somebody who came around the gateway'
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify({ ...(body as object), for: caller }))
}
