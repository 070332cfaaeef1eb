import { forgeryCheck } from './forgery.ts'
import { encoded } from './jws.ts'

/** Sends tokens whose content or signature was changed. */
export const tokTampered = forgeryCheck('TOK-TAMPERED', {
  risk: 93,
  sends: 'with the token changed and its old signature',
  forge: ({ claims, raw: [header, written, signature] }, run) => [
    { name: 'a token with changed claims and the old signature', token: `${header}.${encoded({ ...claims, jti: run.marker('jti') })}.${signature}` },
    { name: 'a token with another signature', token: `${header}.${written}.${otherBytes(signature)}` },
  ],
})

function otherBytes(signature: string): string {
  return Buffer.from(Buffer.from(signature, 'base64url').map((byte) => byte ^ 0x55)).toString('base64url')
}
