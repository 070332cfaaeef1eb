import { authenticated, open, returnPath, type Guard, type KnownParty, type LimitedLogins, type LoginOutcome, type SessionScheme } from 'countersign'
import { accessOf, principalOf, protectWith } from 'countersign/express'
import { Router, type Request, type Response } from 'express'
import { fieldOf, ownPagesOnly, readForm } from './forms.ts'
import { againForm, loginForm, sendPage } from './pages.ts'
import type { People } from './people.ts'

/** What the routes of the example work with. */
export interface Parts {
  readonly guard: Guard
  readonly sessions: SessionScheme
  readonly people: People
  readonly logins: LimitedLogins
}

/** Logs people in and out. After five wrong passwords for a name from one address, none is looked at for a while. */
export function loginRoutes({ guard, sessions, people, logins }: Parts): Router {
  const protect = protectWith(guard)
  const router = Router()
  // Behind a proxy the address is that of the proxy: `addressOfForwarded()` reads whom it saw.
  const logIn = (account: string, req: Request) => logins({ account, address: req.socket.remoteAddress }, () => people.find(account, fieldOf(req, 'password')))

  router.get('/login', protect(open()), (req, res) => sendPage(res, 'Log in', loginForm(returnPath(req.query['return_to']))))

  // Every login begins a session of its own, whatever cookie came with it: nobody can plant one that he knows.
  router.post('/login', protect(open()), ownPagesOnly, readForm, async (req, res) => {
    const back = returnPath(fieldOf(req, 'return_to'))
    const login = await logIn(fieldOf(req, 'name'), req)
    if (login.result !== 'accepted') return sendPage(refuse(res, login), 'Log in', loginForm(back, noteOf(login, 'Nobody has this name and password.')))
    res.setHeader('Set-Cookie', await sessions.begin(login.found))
    res.redirect(303, back)
  })

  router.get('/login/again', protect(authenticated()), (req, res) => sendPage(res, 'Log in again', againForm(returnPath(req.query['return_to']))))

  // A login of the same person that is new: the session before it ends, for every copy of its cookie.
  router.post('/login/again', protect(authenticated()), readForm, async (req, res) => {
    const back = returnPath(fieldOf(req, 'return_to'))
    const login = await logIn(principalOf(req).subject, req)
    if (login.result !== 'accepted') return sendPage(refuse(res, login), 'Log in again', againForm(back, noteOf(login, 'This is not your password.')))
    await sessions.end(accessOf(req))
    res.setHeader('Set-Cookie', await sessions.begin(login.found))
    res.redirect(303, back)
  })

  router.post('/logout', protect(authenticated()), async (req, res) => {
    res.setHeader('Set-Cookie', await sessions.end(accessOf(req)))
    res.redirect(303, '/')
  })

  return router
}

type Refusal = Exclude<LoginOutcome<KnownParty>, { readonly result: 'accepted' }>

function refuse(res: Response, refusal: Refusal): Response {
  return refusal.result === 'throttled' ? res.status(429).set('Retry-After', String(refusal.retryAfter)) : res.status(403)
}

function noteOf(refusal: Refusal, wrong: string): string {
  return refusal.result === 'throttled' ? `Too many attempts. Try again in ${refusal.retryAfter} seconds.` : wrong
}
