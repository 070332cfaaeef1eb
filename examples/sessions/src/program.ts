import { curlTranscript, FLAGS, observe, readPort, runExample } from '@countersign/example-kit'
import { endLines, loginLines } from './curl-lines.ts'
import { ROWS } from './expected.ts'
import { CURL_OPTIONS, obtainCookies } from './personas.ts'
import { start } from './start.ts'

const USAGE = `usage: npm run example:sessions -- [--check | --json | --help]

Starts a shop that logs people in itself on the loopback interface, sends the requests of an access matrix
and prints the answers. olga's password is olga-password, adam's is adam-password.

${FLAGS}

  PORT      the port of the shop, 0 for a free one; default 8401
  NO_COLOR  no colours, whatever the value`

/** Runs the program. */
export function run(args: readonly string[]): Promise<void> {
  return runExample(
    {
      name: 'sessions',
      usage: USAGE,
      start: async (environment) => start({ port: readPort('PORT', environment, 8401) }),
      observe: async (shop) => observe(shop.origin, ROWS, await obtainCookies(shop)),
      heading: ({ origin }) => `the shop is ${origin}; in a browser, log in there as olga with olga-password`,
      invitation: (shop, cells) =>
        [
          ['# logins, for the lines below', ...loginLines(shop)].join('\n'),
          curlTranscript(cells, shop.origin, CURL_OPTIONS),
          endLines(shop).join('\n'),
          `listening on ${shop.origin}; press Ctrl+C to end`,
        ].join('\n\n'),
    },
    args,
  )
}
