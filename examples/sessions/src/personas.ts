import type { CurlOptions, PersonaFields } from '@countersign/example-kit'
import type { Shop } from './start.ts'

/**
 * Who asks: a program and a browser without a cookie, a session that is over, olga's cookie without her token, with one of another
 * site's pages, olga after a login an hour ago, olga and adam with their tokens.
 */
export type Persona = 'nobody' | 'browser' | 'over' | 'bare' | 'elsewhere' | 'early' | 'olga' | 'adam'

/** Logs olga and adam in, and gets what each persona sends. */
export async function obtainCookies({ origin, aged }: Shop): Promise<PersonaFields<Persona>> {
  const [olga, adam] = [await logIn(origin, 'olga'), await logIn(origin, 'adam')]
  const tokened = async (cookie: string): Promise<Readonly<Record<string, string>>> => ({ cookie, 'x-csrf-token': await tokenOf(origin, cookie) })
  return {
    nobody: {},
    browser: { 'sec-fetch-mode': 'navigate' },
    over: { cookie: aged.over },
    bare: { cookie: olga },
    elsewhere: { cookie: olga, 'sec-fetch-site': 'cross-site' },
    early: await tokened(aged.early),
    olga: await tokened(olga),
    adam: await tokened(adam),
  }
}

/** Sends the form of the login, and gives the cookie that came back, as `name=value`. */
async function logIn(origin: string, name: string): Promise<string> {
  const response = await fetch(`${origin}/login`, {
    method: 'POST',
    body: new URLSearchParams({ name, password: `${name}-password` }),
    redirect: 'manual',
    signal: AbortSignal.timeout(10_000),
  })
  const [line = ''] = response.headers.getSetCookie()
  if (response.status !== 303 || line === '') throw new Error(`the login of ${name} was answered with ${response.status}`)
  return line.split(';')[0] ?? ''
}

async function tokenOf(origin: string, cookie: string): Promise<string> {
  const response = await fetch(`${origin}/api/session`, { headers: { cookie }, signal: AbortSignal.timeout(10_000) })
  const [, token] = /"csrfToken":"([^"]+)"/.exec(await response.text()) ?? []
  if (token === undefined) throw new Error(`the anti-forgery token was answered with ${response.status}`)
  return token
}

/** What each persona adds to a line of curl, with the variables of `loginLines()`. */
export const CURL_OPTIONS: CurlOptions<Persona> = {
  nobody: [],
  browser: ['-H', '"Sec-Fetch-Mode: navigate"'],
  over: ['-b', '"$OVER"'],
  bare: ['-b', '"$JAR/olga"'],
  elsewhere: ['-b', '"$JAR/olga"', '-H', '"Sec-Fetch-Site: cross-site"'],
  early: ['-b', '"$EARLY"', '-H', '"X-CSRF-Token: $EARLY_TOKEN"'],
  olga: ['-b', '"$JAR/olga"', '-H', '"X-CSRF-Token: $OLGA"'],
  adam: ['-b', '"$JAR/adam"', '-H', '"X-CSRF-Token: $ADAM"'],
}
