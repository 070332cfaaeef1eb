import { schemeCheck } from './each-scheme.ts'

const IDENTIFIES = /(^|[-_ ])(id|client|app|user|account)([-_ ]|$)|Id$/i
const PROVES = /secret|password|signature/i

/** Finds keys that look like the two halves of one set of credentials, and of which one is enough. */
export const specAndOr = schemeCheck('SPEC-AND-OR', ({ type, name }, all) => {
  const other = all.find((one) => one.type === 'apiKey' && one.name !== name && PROVES.test(one.name))
  if (type !== 'apiKey' || other === undefined || PROVES.test(name) || !IDENTIFIES.test(name)) return undefined
  return { says: `is a key by itself, beside \`${other.name}\``, expected: 'both in one entry of `security`', observed: 'two alternatives', level: 'suspected' }
})
