import { alsoInForm, alsoInLoggedQuery, type BearerScheme } from 'countersign'
import type { BearerConfig } from '../config/config.ts'

/** The scheme of tokens that takes them in the places beside `Authorization` as well which a configuration opens. */
export function alsoElsewhere(tokens: BearerScheme, { alsoInForm: form, alsoInLoggedQuery: query }: BearerConfig): BearerScheme {
  const scheme = form === undefined ? tokens : alsoInForm(tokens, form)
  return query === true ? alsoInLoggedQuery(scheme) : scheme
}
