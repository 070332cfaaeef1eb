import type { Rows } from '../situations.ts'
import { messageRows } from './a-message.ts'
import { routingRows } from './b-routing.ts'
import { noCredentialsRows } from './c-no-credentials.ts'
import { keyRows } from './d-keys.ts'
import { tokenRows } from './d-tokens.ts'
import { accountRows, passwordRows } from './f-accounts.ts'
import { authorizationRows } from './h-authorization.ts'
import { failureRows } from './i-failures.ts'
import { browserRows } from './j-browser.ts'
import { protocolRows } from './k-protocols.ts'

/** Every row of the table that this guard answers for, with the situations that put it into practice. */
export const ROWS: Rows = {
  ...messageRows,
  ...routingRows,
  ...noCredentialsRows,
  ...tokenRows,
  ...keyRows,
  ...passwordRows,
  ...accountRows,
  ...authorizationRows,
  ...failureRows,
  ...browserRows,
  ...protocolRows,
}
