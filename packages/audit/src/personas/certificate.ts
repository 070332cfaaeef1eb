import { X509Certificate, createPrivateKey } from 'node:crypto'
import type { CredentialSource } from '../config/config.ts'
import { PersonaError } from '../persona.ts'
import type { Source, Surroundings } from './source.ts'

/** A certificate that the connection shows; there is nothing to add to requests. */
export async function certificate(source: CredentialSource & { readonly type: 'certificate' }, { secrets }: Surroundings): Promise<Source> {
  try {
    const [cert, key] = [await secrets.whole(source.cert), await secrets.whole(source.key)]
    const expires = checked(cert, key)
    return { scheme: 'ClientCertificate', obtain: async () => ({ kind: 'certificate', fields: [], value: '', expires }), certificate: { cert, key } }
  } catch (error) {
    if (!(error instanceof PersonaError)) throw error
    return { scheme: 'ClientCertificate', obtain: () => Promise.reject(error) }
  }
}

/** When it expires, if key and certificate belong together. */
function checked(cert: string, key: string): number {
  try {
    const parsed = new X509Certificate(cert)
    if (parsed.checkPrivateKey(createPrivateKey(key))) return Math.floor(Date.parse(parsed.validTo) / 1000)
  } catch {
    throw new PersonaError('certificate or key cannot be read; both are wanted in PEM, without a passphrase')
  }
  throw new PersonaError('certificate and key do not belong together')
}
