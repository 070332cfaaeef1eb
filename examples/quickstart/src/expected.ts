import type { Persona, Row } from '@countersign/example-kit'

/** The access matrix of this API. */
// oxfmt-ignore
export const ROWS: readonly Row<Persona>[] = [
  { method: 'GET',  path: '/data',      asks: 'authenticated',      expected: { nobody: 401, garbled: 400, expired: 401, ivan: 200, olga: 200, adam: 200, validtoken: 200, admintoken: 200 } },
  { method: 'GET',  path: '/admin',     asks: 'role admin',         expected: { nobody: 401, garbled: 400, expired: 401, ivan: 403, olga: 403, adam: 200, validtoken: 403, admintoken: 200 } },
  { method: 'GET',  path: '/orders/42', asks: 'owner (olga)',       expected: { nobody: 401, garbled: 400, expired: 401, ivan: 404, olga: 200, adam: 404, validtoken: 404, admintoken: 404 } },
  { method: 'GET',  path: '/orders/7',  asks: 'owner (no order)',   expected: { nobody: 401, garbled: 400, expired: 401, ivan: 404, olga: 404, adam: 404, validtoken: 404, admintoken: 404 } },
  { method: 'POST', path: '/orders',    asks: 'scope orders:write', expected: { nobody: 401, garbled: 400, expired: 401, ivan: 403, olga: 201, adam: 403, validtoken: 403, admintoken: 201 } },
  { method: 'POST', path: '/transfers', asks: 'login < 5 min ago',  expected: { nobody: 401, garbled: 400, expired: 401, ivan: 401, olga: 401, adam: 401, validtoken: 401, admintoken: 201 } },
  { method: 'GET',  path: '/feed',      asks: 'anyone',             expected: { nobody: 200, garbled: 400, expired: 401, ivan: 200, olga: 200, adam: 200, validtoken: 200, admintoken: 200 } },
  { method: 'GET',  path: '/health',    asks: 'open',               expected: { nobody: 200, garbled: 200, expired: 200, ivan: 200, olga: 200, adam: 200, validtoken: 200, admintoken: 200 } },
]
