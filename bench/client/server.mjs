// The API of the client's benchmark, a process of its own: `GET /data` wants the token of the hour, which `GET /turn` changes.
import { createServer } from 'node:http'

const DATA = JSON.stringify({ data: 'x'.repeat(100) })
const PROBLEM = JSON.stringify({ type: 'urn:countersign:problem:insufficient-permission', title: 'no', status: 403, decision_id: 'd-1' })
let hour = 1

const server = createServer((request, response) => {
  if (request.url === '/turn') return void response.end(String(++hour))
  if (request.url === '/token') return void response.end(JSON.stringify({ access_token: `t${hour}`, token_type: 'bearer' }))
  const type = request.url === '/admin' ? 'application/problem+json' : 'application/json'
  if (request.headers.authorization !== `Bearer t${hour}`)
    response.writeHead(401, { 'www-authenticate': 'Bearer realm="bench", error="invalid_token", error_description="The access token expired"' }).end()
  else
    response
      .writeHead(request.url === '/admin' ? 403 : 200, { 'content-type': type, 'cache-control': 'no-store' })
      .end(request.url === '/admin' ? PROBLEM : DATA)
})
server.listen(0, '127.0.0.1', () => process.send(server.address().port))
process.on('disconnect', () => process.exit())
