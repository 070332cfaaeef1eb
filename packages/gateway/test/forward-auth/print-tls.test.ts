import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadConfig, printProxyConfig, type Config, type PrintName } from '@countersign/gateway'
import { afterAll, expect, test } from 'vitest'
import { makeCertificates } from '../../../guard/test/certificates.ts'

const { authority, server } = makeCertificates()
const folder = mkdtempSync(join(tmpdir(), 'countersign-print-'))
for (const [name, text] of Object.entries({ 'server.pem': server.cert, 'server.key': server.key, 'ca.pem': authority.cert, 'ca.key': authority.key }))
  writeFileSync(join(folder, name), text)
afterAll(() => rmSync(folder, { recursive: true }))

const MUTUAL = 'certificate: ./server.pem, key: ./server.key, clientCertificates: { ca: ./ca.pem }'

async function configWith(tls: string, more = ''): Promise<Config> {
  const file = join(folder, 'countersign.yaml')
  writeFileSync(
    file,
    `version: 1
realm: orders
schemes: { apiKey: {} }
forwardAuth: { listen: { port: 8082, tls: { ${tls} } }, grpc: { port: 8083, tls: { ${tls} } }, proxies: [traefik, envoy, apisix] }
apis: [{ name: orders, upstream: 'http://127.0.0.1:8403', routes: [{ path: /orders }] }]
${more}`,
  )
  const { config, diagnostics } = await loadConfig(file, { environment: {} })
  if (config === undefined) throw new Error(JSON.stringify(diagnostics))
  return config
}

/** Each of the lines, in their order. */
const holds = (printed: string, lines: readonly string[]): void =>
  expect(
    printed
      .split('\n')
      .map((line) => line.replace(/^[# -]*/, ''))
      .filter((line) => lines.includes(line)),
  ).toEqual(lines)

const LINES: readonly (readonly [name: PrintName, lines: readonly string[]])[] = [
  [
    'traefik',
    [
      '`localhost` has to lead to 127.0.0.1.',
      'address: https://localhost:8082/authz/traefik',
      'ca: /etc/traefik/countersign-ca.pem',
      'cert: /etc/traefik/countersign-proxy.pem',
      'key: /etc/traefik/countersign-proxy.key',
    ],
  ],
  [
    'envoy',
    [
      'sni: localhost',
      'filename: /etc/envoy/countersign-proxy.pem',
      'filename: /etc/envoy/countersign-proxy.key',
      'filename: /etc/envoy/countersign-ca.pem',
      'exact: localhost',
      'uri: https://127.0.0.1:8082',
    ],
  ],
  ['envoy-grpc', ['sni: localhost', 'filename: /etc/envoy/countersign-proxy.pem', 'filename: /etc/envoy/countersign-ca.pem', 'exact: localhost']],
]

test.each(LINES)('%s is told what it shows and whom it takes for the gateway', async (name, lines) => {
  holds(printProxyConfig(name, await configWith(MUTUAL)), lines)
})

test('APISIX has no certificate to show, and is told to speak TLS otherwise', async () => {
  const mutual = await configWith(MUTUAL)
  expect(() => printProxyConfig('apisix', mutual)).toThrow(/shows no certificate; take `tls\.clientCertificates` away/)
  holds(printProxyConfig('apisix', await configWith(MUTUAL.replace(/, clientCertificates.*/, ''))), ['uri: https://localhost:8082/authz/apisix'])
})

test('a certificate without the name of a host is refused, which proxies could not compare', async () => {
  const config = await configWith('certificate: ./ca.pem, key: ./ca.key')
  for (const name of ['nginx', 'caddy', 'haproxy', 'traefik', 'envoy'] as const)
    expect(() => printProxyConfig(name, config)).toThrow('the certificate for proxies has no alternative name; make one with the name of a host')
})

test('Apache is not printed to speak http where the gateway speaks TLS', async () => {
  const config = await configWith(MUTUAL, 'listen: { port: 8443, tls: { certificate: ./server.pem, key: ./server.key } }\n')
  expect(() => printProxyConfig('apache', config)).toThrow('`listen.tls` is on')
})
