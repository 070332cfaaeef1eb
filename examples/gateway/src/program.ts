import { curlTranscript, FLAGS, observe, readPort, runExample, tokenLines, type Cell } from '@countersign/example-kit'
import { ROWS } from './expected.ts'
import { CURL_OPTIONS, obtainCredentials, type Persona } from './personas.ts'
import { start, STORE, USUAL_PORTS, type GatewayExample } from './start.ts'

const USAGE = `usage: npm start -- [--check | --json | --help]

Starts an API without any protection, an OpenID provider and the gateway on the loopback interface, sends the
requests of an access matrix through the gateway and prints the answers.

${FLAGS}

  PORT           the port of the gateway, 0 for a free one; default 8401
  ADMIN_PORT     the port for its operator; default 8409
  ISSUER_PORT    the port of the provider; default 8402
  UPSTREAM_PORT  the port of the API itself; default 8403
  STORE          the database of the gateway; default a new one in examples/gateway/.data, or below it if UPSTREAM_PORT is set
  NO_COLOR       no colours, whatever the value`

/** Runs the program. */
export function run(args: readonly string[]): Promise<void> {
  return runExample({ name: 'gateway', usage: USAGE, start: startFrom, observe: ask, heading, invitation }, args)
}

async function startFrom(environment: NodeJS.ProcessEnv): Promise<GatewayExample> {
  const store = environment['STORE']
  return start({
    port: readPort('PORT', environment, USUAL_PORTS.port),
    adminPort: readPort('ADMIN_PORT', environment, USUAL_PORTS.adminPort),
    issuerPort: readPort('ISSUER_PORT', environment, USUAL_PORTS.issuerPort),
    upstreamPort: readPort('UPSTREAM_PORT', environment, USUAL_PORTS.upstreamPort),
    ...(store === undefined || store === '' ? {} : { store }),
  })
}

async function ask({ api, issuer, key }: GatewayExample): Promise<readonly Cell<Persona>[]> {
  return observe(api, ROWS, await obtainCredentials(issuer, key))
}

function heading({ api, upstream, issuer, admin }: GatewayExample): string {
  return [`the gateway is ${api}, the API behind it ${upstream}`, `the OpenID provider is ${issuer}, and the admin port of the gateway ${admin}`].join('\n')
}

function invitation({ api, admin, issuer, key, store, log }: GatewayExample, cells: readonly Cell<Persona>[]): string {
  const denied = cells.find(({ persona, row }) => persona === 'ivan' && row.path === '/admin')?.decision
  return [
    ['# credentials, for the lines below', ...tokenLines(issuer), `KEY=${key}`].join('\n'),
    curlTranscript(cells, api, CURL_OPTIONS),
    [
      '# what the rules say, and why ivan was refused',
      'cd examples/gateway',
      ...(store === STORE ? [] : [`export STORE=${store}`]),
      'npx countersign matrix',
      'npx countersign explain GET /admin --as ivan',
      ...(denied === undefined ? [] : [`npx countersign explain ${denied}`]),
      'npx countersign keys list',
      `curl -s ${admin}/readyz; curl -s ${admin}/metrics`,
    ].join('\n'),
    `listening on ${api}, with a line for each decision in ${log}; press Ctrl+C to end`,
  ].join('\n\n')
}
