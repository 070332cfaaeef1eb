import type { Rule } from '../rule.ts'

/** Found before anything else is looked at. */
export const ANY_TOKEN: Rule = {
  id: 'AUTH-ANYTOKEN',
  title: 'accepts credentials that nobody has',
  severity: 'critical',
  cwe: [287],
  owasp: ['API2'],
  why: 'Random text in place of a token or key is let in, while no credentials at all are refused: whoever sends anything is somebody.',
  fix: 'Verify the credentials, not only that they are there: the signature of a token, the entry of a key, the hash of a password.',
  reference: 'RFC 9110 section 11.4',
}
