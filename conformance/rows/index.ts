import type { Rows } from '../situations.ts'
import { messageRows } from './a-message.ts'
import { routingRows } from './b-routing.ts'
import { digestRows } from './c-digest.ts'
import { noCredentialsRows } from './c-no-credentials.ts'
import { introspectionRows } from './d-introspection.ts'
import { keyRows } from './d-keys.ts'
import { tokenRows } from './d-tokens.ts'
import { certificateRows } from './e-certificates.ts'
import { elsewhereRows } from './c-elsewhere.ts'
import { dpopRows } from './e-dpop.ts'
import { signatureRows } from './e-signatures.ts'
import { forwardAuthRows } from './forward-auth.ts'
import { guessingGatewayRows, guessingRows } from './f-guessing.ts'
import { accountRows, passwordRows } from './f-accounts.ts'
import { authorizationRows } from './h-authorization.ts'
import { gatewayRows } from './gateway.ts'
import { gatewaySchemeRows } from './gateway-schemes.ts'
import { detailRows } from './h-details.ts'
import { failureRows } from './i-failures.ts'
import { browserRows } from './j-browser.ts'
import { mcpRows } from './k-mcp.ts'
import { sessionRows } from './j-sessions.ts'
import { protocolRows } from './k-protocols.ts'

/** Rows of the table that a guard answers for, with the situations that put it into practice: for the adapters, and for the gateway but what `library-alone.ts` names. */
export const ROWS: Rows = {
  ...messageRows,
  ...routingRows,
  ...noCredentialsRows,
  ...digestRows,
  ...elsewhereRows,
  ...tokenRows,
  ...keyRows,
  ...introspectionRows,
  ...certificateRows,
  ...dpopRows,
  ...signatureRows,
  ...passwordRows,
  ...guessingRows,
  ...accountRows,
  ...authorizationRows,
  ...detailRows,
  ...failureRows,
  ...browserRows,
  ...sessionRows,
  ...protocolRows,
  ...mcpRows,
}

/** Situations that only a gateway meets, or that it can be brought to in its own way only. */
export const GATEWAY_ROWS: Rows = { ...gatewayRows, ...gatewaySchemeRows, ...guessingGatewayRows, ...forwardAuthRows }

/** Every row that is put into practice. */
export const COVERED: readonly string[] = [...new Set([...Object.keys(ROWS), ...Object.keys(GATEWAY_ROWS)])]
