import { nearName } from '@countersign/openapi'
import type { Path } from './located.ts'

const SECRETS = ['digestKey', 'authorization', 'password', 'secret', 'secrets', 'hash']
const NO_SECRETS = ['apiKey', 'digestKeyFile', 'authorizationFile', 'secretFile', 'secretsFile', 'keyFile', 'hashFile']
const ALIKE = ['tokens', ...SECRETS, ...NO_SECRETS]

/**
 * Whether the value at a path is a credential, or a map whose keys are: `tokens`.
 *
 * Misspelt members count as well, because the line with the misspelling is shown.
 */
export function isSecretMember(path: Path): boolean {
  const name = path.at(-1)
  if (typeof name !== 'string' || NO_SECRETS.includes(name)) return false
  const near = nearName(name, ALIKE)
  if (near === undefined || NO_SECRETS.includes(near)) return false
  // Names that the writer chose, for what is no secret.
  return near === 'tokens' || !(path.includes('securitySchemes') || path.includes('personas'))
}

/** `digestKey:abc`, without a space, is a key in YAML: the name of the credential in it, if there is one. */
export function gluedSecret(key: string): string | undefined {
  const name = key.slice(0, Math.max(0, key.indexOf(':')))
  return name !== '' && isSecretMember([name]) ? name : undefined
}
