import { bypassCheck, replacing } from './bypass.ts'

/** Asks through other host names and through fields that name another path. */
export const routeHost = bypassCheck('ROUTE-HOST', {
  risk: 55,
  sends: 'with `Host: localhost`, an absolute target, `X-Forwarded-Host`, `X-Original-URL` and `X-Rewrite-URL`',
  detours: (request, { config }) => {
    const { origin, pathname } = new URL(config.target)
    const start = `${pathname.replace(/\/+$/, '')}/`
    return [
      { name: '`Host: localhost`', request: replacing(request, ['Host', 'localhost']) },
      { name: 'an absolute target', request: { ...request, target: `${origin}${request.target}` } },
      { name: '`X-Forwarded-Host: localhost`', request: replacing(request, ['X-Forwarded-Host', 'localhost']) },
      { name: '`X-Original-URL` on the start page', request: replacing({ ...request, target: start }, ['X-Original-URL', request.target]) },
      { name: '`X-Rewrite-URL` on the start page', request: replacing({ ...request, target: start }, ['X-Rewrite-URL', request.target]) },
    ]
  },
})
