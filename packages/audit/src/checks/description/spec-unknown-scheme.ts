import { schemeCheck } from './each-scheme.ts'

/** The registry of HTTP authentication schemes, in lower case. */
const REGISTERED: ReadonlySet<string> = new Set(
  'basic bearer concealed digest dpop gnap hoba mutual negotiate oauth privatetoken scram-sha-1 scram-sha-256 vapid'.split(' '),
)

/** Finds authentication schemes that are not registered. */
export const specUnknownScheme = schemeCheck('SPEC-UNKNOWN-SCHEME', ({ type, scheme = '' }) =>
  type === 'http' && !REGISTERED.has(scheme.toLowerCase())
    ? { says: `names the scheme \`${scheme}\`, which is not registered`, expected: 'a registered scheme such as `bearer`', observed: `\`${scheme}\`` }
    : undefined,
)
