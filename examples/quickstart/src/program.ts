import { CURL_OPTIONS, curlTranscript, FLAGS, observe, obtainCredentials, readPort, runExample, tokenLines } from '@countersign/example-kit'
import { ROWS } from './expected.ts'
import { start } from './start.ts'

const USAGE = `usage: npm run example -- [--check | --json | --help]

Starts an API and an OpenID provider on the loopback interface, sends the requests of an access matrix
and prints the answers.

${FLAGS}

  PORT         the port of the API, 0 for a free one; default 8401
  ISSUER_PORT  the port of the provider, 0 for a free one; default 8402
  NO_COLOR     no colours, whatever the value`

/** Runs the program. */
export function run(args: readonly string[]): Promise<void> {
  return runExample(
    {
      name: 'quickstart',
      usage: USAGE,
      start: async (environment) => start({ port: readPort('PORT', environment, 8401), issuerPort: readPort('ISSUER_PORT', environment, 8402) }),
      observe: async ({ api, issuer }) => observe(api, ROWS, await obtainCredentials(issuer)),
      heading: ({ api, issuer }) => `the API is ${api}, the OpenID provider is ${issuer}`,
      invitation: ({ api, issuer }, cells) =>
        [
          ['# tokens, for the lines below', ...tokenLines(issuer)].join('\n'),
          curlTranscript(cells, api, CURL_OPTIONS),
          `listening on ${api}, the provider on ${issuer}; press Ctrl+C to end`,
        ].join('\n\n'),
    },
    args,
  )
}
