import type { Row } from '@countersign/example-kit'
import type { Persona } from './personas.ts'

/** The access matrix of this API, as its OpenAPI document asks for it. */
// oxfmt-ignore
export const ROWS: readonly Row<Persona>[] = [
  { method: 'GET',    path: '/data',           asks: 'authenticated',       expected: { nobody: 401, garbled: 400, expired: 401, ivan: 200, olga: 200, adam: 200, validtoken: 200, admintoken: 200, partner: 200, vera: 200 } },
  { method: 'GET',    path: '/admin',          asks: 'role admin',          expected: { nobody: 401, garbled: 400, expired: 401, ivan: 403, olga: 403, adam: 200, validtoken: 403, admintoken: 200, partner: 403, vera: 403 } },
  { method: 'GET',    path: '/customers/olga', asks: 'owner (olga)',        expected: { nobody: 401, garbled: 400, expired: 401, ivan: 404, olga: 200, adam: 404, validtoken: 404, admintoken: 404, partner: 404, vera: 404 } },
  { method: 'POST',   path: '/orders',         asks: 'scope orders:write',  expected: { nobody: 401, garbled: 400, expired: 401, ivan: 403, olga: 201, adam: 403, validtoken: 403, admintoken: 201, partner: 201, vera: 403 } },
  { method: 'POST',   path: '/transfers',      asks: 'login < 5 min ago',   expected: { nobody: 401, garbled: 400, expired: 401, ivan: 401, olga: 401, adam: 401, validtoken: 401, admintoken: 401, partner: 401, vera: 201 } },
  { method: 'GET',    path: '/reports',        asks: 'auditor, concealed',  expected: { nobody: 401, garbled: 400, expired: 401, ivan: 404, olga: 404, adam: 404, validtoken: 404, admintoken: 404, partner: 404, vera: 200 } },
  { method: 'GET',    path: '/feed',           asks: 'anyone',              expected: { nobody: 200, garbled: 400, expired: 401, ivan: 200, olga: 200, adam: 200, validtoken: 200, admintoken: 200, partner: 200, vera: 200 } },
  { method: 'GET',    path: '/health',         asks: 'open',                expected: { nobody: 200, garbled: 200, expired: 200, ivan: 200, olga: 200, adam: 200, validtoken: 200, admintoken: 200, partner: 200, vera: 200 } },
  { method: 'DELETE', path: '/data',           asks: 'not in the document', expected: { nobody: 405, garbled: 405, expired: 405, ivan: 405, olga: 405, adam: 405, validtoken: 405, admintoken: 405, partner: 405, vera: 405 } },
  { method: 'GET',    path: '/secret',         asks: 'not in the document', expected: { nobody: 404, garbled: 404, expired: 404, ivan: 404, olga: 404, adam: 404, validtoken: 404, admintoken: 404, partner: 404, vera: 404 } },
]
