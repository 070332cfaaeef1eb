import express, { type NextFunction, type Request, type Response } from 'express'

/** Reads a short form. */
export const readForm = express.urlencoded({ extended: false, limit: '2kb' })

/** A field of a form that was read; empty if it is not there, or there twice. */
export function fieldOf({ body }: Request, name: string): string {
  const fields: unknown = body
  if (typeof fields !== 'object' || fields === null) return ''
  const value: unknown = Object.entries(fields).find(([key]) => key === name)?.[1]
  return typeof value === 'string' ? value : ''
}

/**
 * Refuses forms of other sites where there is no session that a token could belong to.
 *
 * Else such a form could log its author in here, and what is entered then would be his (RFC 6749 section 10.12 has the same of
 * tokens). What says nothing of sites is no browser.
 */
export function ownPagesOnly({ headers }: Request, res: Response, next: NextFunction): void {
  const { 'sec-fetch-site': site, origin, host } = headers
  const isOwn = site === undefined ? origin === undefined || (URL.canParse(origin) && new URL(origin).host === host) : site === 'same-origin' || site === 'none'
  if (isOwn) next()
  else res.status(403).type('text').send('A page of another site sent this form.\n')
}
