import { readFile } from 'node:fs/promises'
import { readMatrix, type AuditConfig, type ExpectedMatrix } from '@countersign/audit'
import { buildMatrix, ConfigurationError, loadSetup, matrixJson, type Config, type Environment } from '@countersign/gateway'
import { usage } from '../failure.ts'

type Setting = AuditConfig['personas'][number]
type PersonaConfig = Config['personas'][string]

/** What a policy says to the personas of an audit: that of a `countersign.yaml`, or a matrix in JSON. */
export async function readPolicy(file: string, { personas }: Pick<AuditConfig, 'personas'>, env: Environment): Promise<ExpectedMatrix> {
  if (file.endsWith('.json')) return matrixIn(file)
  const { setup, diagnostics } = await loadSetup(file, env)
  if (setup === undefined) throw new ConfigurationError(diagnostics)
  const everybody = Object.fromEntries(personas.flatMap((setting): [string, PersonaConfig][] => asGatewayKnows(setting)))
  return readMatrix(matrixJson(await buildMatrix(setup.policy, setup.config, { personas: everybody })))
}

async function matrixIn(file: string): Promise<ExpectedMatrix> {
  const text = await readFile(file, 'utf8')
  try {
    return readMatrix(text)
  } catch (error) {
    if (error instanceof TypeError || error instanceof SyntaxError) throw usage(`${file} is no policy: ${error.message}`)
    throw error
  }
}

const SCHEMES = {
  bearer: 'bearer',
  login: 'bearer',
  oauth: 'bearer',
  dpop: 'bearer',
  basic: 'basic',
  apiKey: 'apiKey',
  cookie: 'apiKey',
  certificate: undefined,
} as const satisfies Record<Setting['credentials']['type'], PersonaConfig['scheme'] | undefined>

/** A persona in the words of the gateway; nothing for who the gateway's matrix has no word for, or should be refused for what it is. */
function asGatewayKnows({ name, credentials, subject, roles, scopes, acr, state }: Setting): [string, PersonaConfig][] {
  const scheme = SCHEMES[credentials.type]
  if (scheme === undefined || state !== undefined) return []
  // Who logs in for the audit has logged in just now.
  const loggedIn = credentials.type === 'login' ? { loggedInFor: 0 } : {}
  return [[name, { scheme, subject, roles, scopes, ...(acr === undefined ? {} : { acr }), ...loggedIn }]]
}
