import { execFileSync } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A certificate with its key, both in PEM. */
export interface Identity {
  readonly cert: string
  readonly key: string
  readonly der: Uint8Array
}

/** Certificates made by openssl for one test file. */
export interface Certificates {
  readonly authority: Identity
  readonly server: Identity
  /** Issued by the authority. */
  readonly shop: Identity
  /** Issued by the authority, too. */
  readonly rival: Identity
  /** Issued by itself. */
  readonly stranger: Identity
}

/** Makes them in a folder of their own, which is removed at once. */
export function makeCertificates(): Certificates {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-tls-'))
  try {
    const make = (name: string, more: readonly string[]): Identity => {
      const [cert, key] = [join(folder, `${name}.pem`), join(folder, `${name}.key`)]
      const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2']
      execFileSync('openssl', ['req', '-x509', ...curve, '-keyout', key, '-out', cert, '-subj', `/O=Example/CN=${name}`, ...more], { stdio: 'ignore' })
      const pem = readFileSync(cert, 'utf8')
      return { cert: pem, key: readFileSync(key, 'utf8'), der: new X509Certificate(pem).raw }
    }
    const authority = make('authority', [])
    const issued = ['-CA', join(folder, 'authority.pem'), '-CAkey', join(folder, 'authority.key'), '-addext', 'basicConstraints=CA:FALSE']
    return {
      authority,
      server: make('server', [...issued, '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1']),
      shop: make('shop', [...issued, '-addext', 'subjectAltName=DNS:shop.example']),
      rival: make('rival', issued),
      stranger: make('stranger', []),
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
}
