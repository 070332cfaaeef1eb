import type { Row } from '@countersign/example-kit'
import type { Persona } from './personas.ts'

/** The access matrix of the shop. */
// oxfmt-ignore
export const ROWS: readonly Row<Persona>[] = [
  { method: 'GET',    path: '/',              asks: 'open',                    expected: { nobody: 200, browser: 200, over: 200, bare: 200, elsewhere: 200, early: 200, olga: 200, adam: 200 } },
  { method: 'GET',    path: '/orders',        asks: 'authenticated',           expected: { nobody: 401, browser: 303, over: 401, bare: 200, elsewhere: 200, early: 200, olga: 200, adam: 200 } },
  { method: 'GET',    path: '/api/orders',    asks: 'authenticated',           expected: { nobody: 401, browser: 303, over: 401, bare: 200, elsewhere: 200, early: 200, olga: 200, adam: 200 } },
  { method: 'GET',    path: '/api/customers', asks: 'role admin',              expected: { nobody: 401, browser: 303, over: 401, bare: 403, elsewhere: 403, early: 403, olga: 403, adam: 200 } },
  { method: 'POST',   path: '/orders',        asks: 'authenticated, own page', expected: { nobody: 401, browser: 401, over: 401, bare: 403, elsewhere: 403, early: 303, olga: 303, adam: 303 } },
  { method: 'DELETE', path: '/api/orders',    asks: 'login < 5 min ago',       expected: { nobody: 401, browser: 401, over: 401, bare: 403, elsewhere: 403, early: 401, olga: 204, adam: 204 } },
]
