import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** A certificate for 127.0.0.1 and localhost. */
export interface Certificate {
  readonly files: { readonly certificate: string; readonly key: string }
  readonly pem: string
}

/** Makes a certificate, signed by itself, with the openssl of the machine. */
export function makeCertificate(folder: string): Certificate {
  const files = { certificate: join(folder, 'certificate.pem'), key: join(folder, 'key.pem') }
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1']
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2']
  execFileSync('openssl', ['req', '-x509', ...key, '-keyout', files.key, '-out', files.certificate, ...subject], { stdio: 'ignore' })
  return { files, pem: readFileSync(files.certificate, 'utf8') }
}
