import { readPort } from '@countersign/example-kit'
import { start } from './start.ts'
import { tour } from './tour.ts'

const running = await start({ port: readPort('PORT', process.env, 8401), issuerPort: readPort('ISSUER_PORT', process.env, 8402) })
try {
  console.log(`the MCP server is ${running.resource}, the authorization server is ${running.issuer}`)
  await tour(running.resource, (line) => console.log(line))
} finally {
  await running.close()
}
