import { nearName } from './near-name.ts'
import type { Path } from './located.ts'

const SECRETS = ['digestKey', 'authorization', 'password', 'secret']
const NO_SECRETS = ['apiKey', 'digestKeyFile', 'authorizationFile']

/**
 * Whether the value at a path is a credential, or a map whose keys are: `tokens`.
 *
 * Misspelt members count as well, because the line with the misspelling is shown.
 */
export function isSecretMember(path: Path): boolean {
  const name = path.at(-1)
  if (typeof name !== 'string' || NO_SECRETS.includes(name)) return false
  if (nearName(name, ['tokens']) !== undefined) return true
  if (path.includes('securitySchemes') || path.includes('personas')) return false
  return nearName(name, [...SECRETS, ...NO_SECRETS]) !== undefined && SECRETS.includes(nearName(name, [...SECRETS, ...NO_SECRETS]) ?? '')
}
