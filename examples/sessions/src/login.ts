import { authenticated, open, returnPath, type Guard, type SessionScheme } from 'countersign'
import { accessOf, principalOf, protectWith } from 'countersign/express'
import { Router } from 'express'
import { fieldOf, ownPagesOnly, readForm } from './forms.ts'
import { againForm, loginForm, sendPage } from './pages.ts'
import type { People } from './people.ts'

/** What the routes of the example work with. */
export interface Parts {
  readonly guard: Guard
  readonly sessions: SessionScheme
  readonly people: People
}

/**
 * Logs people in and out.
 *
 * Nothing here counts wrong passwords; an application has to, by name and by address.
 */
export function loginRoutes({ guard, sessions, people }: Parts): Router {
  const protect = protectWith(guard)
  const router = Router()

  router.get('/login', protect(open()), (req, res) => sendPage(res, 'Log in', loginForm(returnPath(req.query['return_to']))))

  // Every login begins a session of its own, whatever cookie came with it: nobody can plant one that he knows.
  router.post('/login', protect(open()), ownPagesOnly, readForm, async (req, res) => {
    const back = returnPath(fieldOf(req, 'return_to'))
    const person = await people.find(fieldOf(req, 'name'), fieldOf(req, 'password'))
    if (person === undefined) return sendPage(res.status(403), 'Log in', loginForm(back, 'Nobody has this name and password.'))
    res.setHeader('Set-Cookie', await sessions.begin(person))
    res.redirect(303, back)
  })

  router.get('/login/again', protect(authenticated()), (req, res) => sendPage(res, 'Log in again', againForm(returnPath(req.query['return_to']))))

  // A login of the same person that is new: the session before it ends, for every copy of its cookie.
  router.post('/login/again', protect(authenticated()), readForm, async (req, res) => {
    const back = returnPath(fieldOf(req, 'return_to'))
    const person = await people.find(principalOf(req).subject, fieldOf(req, 'password'))
    if (person === undefined) return sendPage(res.status(403), 'Log in again', againForm(back, 'This is not your password.'))
    await sessions.end(accessOf(req))
    res.setHeader('Set-Cookie', await sessions.begin(person))
    res.redirect(303, back)
  })

  router.post('/logout', protect(authenticated()), async (req, res) => {
    res.setHeader('Set-Cookie', await sessions.end(accessOf(req)))
    res.redirect(303, '/')
  })

  return router
}
