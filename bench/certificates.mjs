// What certificates cost: as the only authentication, and as what a token is bound to. The handshake and TLS itself are not counted.
import { execFileSync } from 'node:child_process'
import { createHash, X509Certificate } from 'node:crypto'
import { bearerJwt, certificateOfConnection, clientCertificate } from 'countersign'
import { NodeView } from '../node_modules/countersign/dist/adapters/node-request.js'
import { AUDIENCE } from './issuer.mjs'
import { context, isAccepted, isGood, requestWith } from './operation.mjs'

const MADE = 8
/** Certificates begin when they are made, which is later than the time of the others. */
const later = { ...context, now: context.now + 60 }

export function certificateOperations(issuer) {
  const certificates = Array.from({ length: MADE }, (_, index) => makeCertificate(`caller-${index}`))
  const [one] = certificates
  const scheme = clientCertificate({
    certificates: certificateOfConnection(),
    principal: ({ subject }) => (subject.startsWith('CN=caller-') ? { subject } : undefined),
  })
  const requests = certificates.map((certificate) => requestWith(undefined, socketOf(certificate)))
  const readRaw = ({ raw }) => isGood(new X509Certificate(raw).subject.startsWith('CN=caller-') && hash(raw).length === 43)
  return {
    'certificate: node:crypto read and hash alone': () => readRaw(one),
    // Nothing is remembered of a certificate.
    'certificate: clientCertificate, seen before': () => verifyOne(scheme, requests[0]),
    'certificate: clientCertificate, first-seen': (turn) => verifyOne(scheme, requests[turn % MADE]),
    ...boundOperations(issuer, certificates),
  }
}

/** RS256 tokens that name a certificate. */
function boundOperations(issuer, certificates) {
  const requests = certificates.map((certificate) => {
    const token = issuer.token('RS256', { cnf: { 'x5t#S256': hash(certificate.raw) } })
    return requestWith(`Bearer ${token}`, socketOf(certificate))
  })
  const options = { issuer: issuer.issuer, audience: AUDIENCE, keySet: issuer.keySet, certificates: certificateOfConnection() }
  const [seen, fresh] = [bearerJwt(options), bearerJwt({ ...options, cacheSize: 0 })]
  return {
    'certificate: node:crypto hash alone': () => isGood(hash(certificates[0].raw).length === 43),
    'certificate: bearerJwt bound to it, seen before': () => verifyOne(seen, requests[0]),
    'certificate: bearerJwt bound to it, first-seen RS256': (turn) => verifyOne(fresh, requests[turn % MADE]),
  }
}

function verifyOne(scheme, request) {
  return isAccepted(scheme.verify(scheme.extract(new NodeView(request)).credentials, later))
}

/** As a TLS socket shows it, whose peer the server trusts. */
function socketOf(certificate) {
  return { encrypted: true, authorized: true, getPeerX509Certificate: () => certificate }
}

function makeCertificate(name) {
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', '/dev/null']
  const made = execFileSync('openssl', ['req', '-x509', ...key, '-days', '2', '-subj', `/CN=${name}`], { stdio: ['ignore', 'pipe', 'ignore'] })
  return new X509Certificate(made)
}

function hash(bytes) {
  return createHash('sha256').update(bytes).digest('base64url')
}
