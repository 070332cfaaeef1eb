import { randomBytes } from 'node:crypto'
import { listen, type Running } from '@countersign/example-kit'
import { createGuard, guessingMemory, limitLogins, sessionOverPlainHttpOnLoopback, type SessionScheme } from 'countersign'
import { knownPeople } from './people.ts'
import { buildApp } from './shop.ts'

/** The shop while it runs. */
export interface Shop extends Running {
  /** Where it is, such as `http://127.0.0.1:8401`. */
  readonly origin: string
  /** Cookies that nobody wants to wait for, as `name=value`. */
  readonly aged: AgedCookies
}

/** Cookies of olga. */
export interface AgedCookies {
  /** Of a session that ended by itself. */
  readonly over: string
  /** Of a session that goes on after a login an hour ago. */
  readonly early: string
}

const HOUR = 3600

/** Starts the shop. Rejects with a `StartError` if its port cannot be had. */
export async function start({ port, clock = () => Date.now() / 1000 }: { readonly port: number; readonly clock?: () => number }): Promise<Shop> {
  // An application keeps its secret: with this one, sessions end when the program does.
  const secrets = [randomBytes(32).toString('base64')] as const
  const make = (time: () => number): SessionScheme => sessionOverPlainHttpOnLoopback({ secrets, login: '/login', clock: time })
  const sessions = make(clock)
  const guard = createGuard({ realm: 'shop', schemes: [sessions], clock })
  const logins = limitLogins({ store: guessingMemory({ failures: 5 }), clock })
  const parts = { guard, sessions, people: await knownPeople(), logins }
  const listening = await listen(port, 'PORT')
  listening.server.on('request', buildApp(parts))
  const aged = {
    over: cookieIn(await make(() => clock() - HOUR).begin({ subject: 'olga' })),
    early: cookieIn(await sessions.begin({ subject: 'olga', assurance: { authTime: Math.floor(clock()) - HOUR } })),
  }
  return { origin: listening.origin, aged, close: () => listening.close() }
}

function cookieIn(line: string): string {
  return line.split(';')[0] ?? ''
}
