import type { RuleTexts } from './text.ts'

/** What can be wrong about which request is taken for which operation. */
export const ROUTING_RULES = {
  'ROUTE-VARIANT': {
    title: 'another spelling of the path passes the guard',
    severity: 'critical',
    cwe: [647, 178],
    owasp: ['API5'],
    why: 'The guard compares the path as it was sent, and the router another form of it. Whoever finds a spelling that only the router knows is let in.',
    fix: 'Guard the route that was chosen, not the text of the path; or normalise once, before both, and refuse what is not normal.',
    reference: 'RFC 3986 section 6',
  },
  'ROUTE-HOST': {
    title: 'a field or a host name leads past the guard',
    severity: 'high',
    cwe: [290],
    owasp: ['API5'],
    why: 'Guard and router do not look at the same thing: one reads the request line, the other a field that anybody can send.',
    fix: 'Ignore `X-Original-URL`, `X-Rewrite-URL` and `X-Forwarded-Host`, unless a proxy that you run sets them; answer 421 to hosts that are not yours.',
    reference: 'RFC 9110 section 7.2',
  },
  'ROUTE-WS': {
    title: 'opens a WebSocket to nobody',
    severity: 'high',
    cwe: [306],
    owasp: ['API2'],
    why: 'The upgrade passes beside the guard of ordinary requests, and what flows through it afterwards is asked for by nobody.',
    fix: 'Decide about credentials before the answer 101.',
  },
  'ROUTE-RANGE': {
    title: 'answers parts of what it refuses as a whole',
    severity: 'medium',
    cwe: [203],
    why: 'A request with `Range` takes another way through the server, and that way has no guard.',
    fix: 'Decide about access before `Range` is looked at.',
    reference: 'RFC 9110 section 14.2',
  },
  'ROUTE-COND': {
    title: 'compares validators before it decides',
    severity: 'medium',
    cwe: [203],
    why: '304 and 412 say that an object is there, and whether it has changed, to somebody who may not know of it.',
    fix: 'Decide about access before conditions are looked at.',
    reference: 'RFC 9110 section 13.2.1',
  },
  'ROUTE-CONTENT': {
    title: 'another media type passes the guard',
    severity: 'high',
    cwe: [436],
    owasp: ['API5'],
    why: 'Guard and handler are chosen by `Accept` or `Content-Type`, and not for all of them.',
    fix: 'Guard the route, whatever it is asked to answer.',
  },
} as const satisfies RuleTexts
