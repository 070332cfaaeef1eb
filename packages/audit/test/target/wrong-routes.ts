import { ADMIN, type Take } from './taking.ts'

/** Faults of which request is taken for which operation. */
export const WRONG_ROUTES = {
  'slash-unguarded': 'a path with a slash at its end passes the guard',
  'double-slash-unguarded': 'a path with two slashes passes the guard',
  'case-unguarded': 'a path in upper case passes the guard',
  'dots-unguarded': 'a path with dot segments passes the guard',
  'encoded-unguarded': 'a path with encoded letters passes the guard',
  'semicolon-unguarded': 'a path with a parameter behind a semicolon passes the guard',
  'extension-unguarded': 'a path that ends with .json passes the guard',
  'rewrite-url-followed': 'X-Rewrite-URL changes the path behind the guard',
  'host-unguarded': 'requests for localhost pass the guard',
  'range-unguarded': 'requests with Range pass the guard',
  'condition-unguarded': 'requests with If-None-Match: * are compared before the guard',
  'html-unguarded': 'requests for HTML pass the guard',
  'head-unguarded': 'HEAD passes the guard',
  'unknown-method-runs': 'an unknown method runs the handler of GET without a guard',
  'update-unguarded': 'PATCH without credentials passes the guard',
  'data-in-refusal': 'GET /admin/reports sends the data with the refusal',
  'trace-on-notices': 'GET /notices fails with a stack trace',
  'crash-on-notices': 'GET /notices ends the connection',
  'hang-on-notices': 'GET /notices is never answered',
} as const satisfies Record<string, string>

/** Takes a path that is spelled otherwise for the one that is meant, past the guard. */
function spelled(meant: (path: string) => string | undefined): Take {
  return ({ path }) => {
    const found = meant(path)
    return found === undefined || found === path ? undefined : { ...ADMIN, url: found }
  }
}

const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])

const TRACE = 'TypeError: cannot read\n    at list (/srv/app/src/notices.js:12:7)\n    at next (/srv/app/node_modules/router/index.js:280:10)'

export function wronglyRouted(): Readonly<Record<keyof typeof WRONG_ROUTES, Take>> {
  return {
    'slash-unguarded': spelled((path) => (path.length > 1 ? path.replace(/\/$/, '') : undefined)),
    'double-slash-unguarded': spelled((path) => path.replace(/\/{2,}/g, '/')),
    'case-unguarded': spelled((path) => (/[A-Z]/.test(path) && path === path.toUpperCase() ? path.toLowerCase() : undefined)),
    'dots-unguarded': spelled((path) => path.replace(/\/\.(?=\/)/g, '').replace(/\/[^/]+\/\.\.(?=\/)/g, '')),
    'encoded-unguarded': spelled((path) => (/%[46][0-9a-f]/i.test(path) ? decodeURIComponent(path) : undefined)),
    'semicolon-unguarded': spelled((path) => path.replace(/;[^/]*/g, '')),
    'extension-unguarded': spelled((path) => path.replace(/\.json$/, '')),
    'rewrite-url-followed': ({ request }) => {
      const url = request.headers['x-rewrite-url']
      return typeof url === 'string' && url !== '/' ? { ...ADMIN, url } : undefined
    },
    'host-unguarded': ({ request }) => (request.headers.host === 'localhost' ? ADMIN : undefined),
    'range-unguarded': ({ request }) => (request.headers.range === undefined ? undefined : ADMIN),
    'condition-unguarded': ({ request }) => (request.headers['if-none-match'] === '*' ? { reply: { status: 304 } } : undefined),
    'html-unguarded': ({ request }) => (request.headers.accept?.startsWith('text/html') === true ? ADMIN : undefined),
    'head-unguarded': ({ request }) => (request.method === 'HEAD' ? ADMIN : undefined),
    'unknown-method-runs': ({ request }) => (METHODS.has(request.method ?? '') ? undefined : { ...ADMIN, method: 'GET' }),
    'update-unguarded': ({ request, authorization }) => (request.method === 'PATCH' && authorization.length === 0 ? ADMIN : undefined),
    'data-in-refusal': ({ path, authorization }) => (path === '/admin/reports' && authorization.length === 0 ? { ...ADMIN, status: 401 } : undefined),
    'trace-on-notices': ({ path }) => (path === '/notices' ? { reply: { status: 500, body: { error: TRACE } } } : undefined),
    'crash-on-notices': ({ path, request }) => {
      if (path !== '/notices') return undefined
      request.socket.destroy()
      return { reply: { status: 500 } }
    },
    'hang-on-notices': ({ path }) => (path === '/notices' ? new Promise(() => undefined) : undefined),
  }
}
