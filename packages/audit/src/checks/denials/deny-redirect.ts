import { strangerRefusedAs } from './refused-as.ts'

/** Finds redirects where a known caller should be refused. */
export const denyRedirect = strangerRefusedAs('DENY-REDIRECT', {
  told: 'sent elsewhere',
  is: ({ observed }) => observed.class === 'redirect-login' || isRedirect(observed.exchange.response?.status ?? 0),
})

/** 304 says that the caller has what was asked for. */
function isRedirect(status: number): boolean {
  return status >= 300 && status < 400 && status !== 304
}
