import { bearerSite, mixedSite, PASSWORD, proxySite } from '../fixtures/sites.ts'
import { request, signed, type Rows } from '../situations.ts'

const KEY = { in: 'header', name: 'x-api-key' }
const ALL = ['Bearer', 'ApiKey', 'Basic'] as const
const all = { site: mixedSite, asked: ALL, values: KEY } as const
const expecting = [
  ['Expect', '100-continue'],
  ['Content-Type', 'application/json'],
  ['Content-Length', '14'],
] as const

const PASSWORD_FIELD = ['Authorization', `Basic ${btoa(`olga:${PASSWORD}`)}`] as const
const proxied = { site: proxySite, values: { proxy_realm: 'orders' }, send: request({}) } as const

/** Other protocols over HTTP, as far as they are requests with an answer. */
export const protocolRows: Rows = {
  'sse-no-credentials': [
    {
      name: 'EventSource',
      ...all,
      send: request({
        path: '/events',
        fields: [
          ['Accept', 'text/event-stream'],
          ['Cache-Control', 'no-cache'],
        ],
      }),
    },
  ],
  'graphql-unauthenticated': [
    {
      name: 'a query with POST',
      ...all,
      send: request({
        path: '/graphql',
        method: 'POST',
        body: '{"query":"{ me { id } }"}',
        fields: [
          ['Content-Type', 'application/json'],
          ['Accept', 'application/graphql-response+json, application/json;q=0.9'],
        ],
      }),
    },
    { name: 'a query with GET', ...all, send: request({ path: '/graphql?query=%7Bme%7Bid%7D%7D', fields: [['Accept', 'application/graphql-response+json']] }) },
  ],
  'head-no-credentials': [
    { name: 'a guard with three schemes', ...all, send: request({ method: 'HEAD' }) },
    { name: 'a guard for Bearer', site: bearerSite, asked: ['Bearer'], send: request({ method: 'HEAD' }) },
  ],
  'head-forbidden': [
    { name: '403 on GET', site: bearerSite, send: signed({}, { path: '/admin/1', method: 'HEAD' }) },
    { name: '404 on GET', site: bearerSite, as: 'not-owner-hidden', send: signed({}, { path: '/own/2', method: 'HEAD' }) },
  ],
  'expect-continue': [
    { name: 'nothing but the header section is sent', ...all, send: request({ method: 'POST', fields: expecting }), notHead: 'the content never comes' },
    { name: 'with PUT', ...all, send: request({ method: 'PUT', fields: expecting }), notHead: 'the content never comes' },
  ],
  'proxy-auth-required': [
    { name: 'nothing sent', ...proxied },
    { name: 'credentials that are for the origin', ...proxied, send: request({ fields: [PASSWORD_FIELD] }) },
    { name: 'credentials that are for the proxy pass', ...proxied, send: request({ fields: [['Proxy-Authorization', PASSWORD_FIELD[1]]] }), passes: true },
  ],
}
