/** Stands in for the origin of the application, which a path never names. */
const HERE = 'http://here.invalid'
/** Characters of a path that is gone back to; longer ones would not fit into every log and proxy. */
const LIMIT = 2048

/**
 * The path to go back to after a login, never on another site; `/` for whatever is none.
 *
 * For what `return_to` says in the address of the login page, which anybody can have written. Backslashes, white space
 * and dots are read as browsers read them (ASVS 5.0 section 3.7.2).
 *
 * @example
 * import { returnPath } from 'countersign'
 *
 * export const afterLogin = (form: URLSearchParams) => Response.redirect(new URL(returnPath(form.get('return_to')), 'https://app.example'), 303)
 */
export function returnPath(value: unknown): string {
  if (typeof value !== 'string' || !value.startsWith('/') || value.length > LIMIT || !URL.canParse(value, HERE)) return '/'
  const { origin, pathname, search, hash } = new URL(value, HERE)
  // `/.//evil.example` becomes `//evil.example`, which names another host (URL standard, path-absolute-URL string).
  return origin !== HERE || pathname.startsWith('//') ? '/' : pathname + search + hash
}
