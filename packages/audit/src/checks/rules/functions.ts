import type { RuleTexts } from './text.ts'

/** What can be wrong about who may do what. */
export const FUNCTION_RULES = {
  'BFLA-ACCOUNT-STATE': {
    title: 'lets in a locked or expired account',
    severity: 'high',
    cwe: [863],
    owasp: ['API2', 'API5'],
    why: 'An account was locked for a reason, and its credentials go on working: locking does nothing.',
    fix: 'Look up how the account stands on every request, or keep tokens so short-lived that a lock counts within minutes.',
  },
  'BFLA-CLIENTTYPE': {
    title: 'takes one kind of caller for another',
    severity: 'medium',
    cwe: [863],
    owasp: ['API5'],
    why: 'A route for people lets a machine in, or one for partners a customer: credentials of a kind that nobody meant to be good there.',
    fix: 'Name the schemes and the kind of caller on each route, and refuse the others there.',
  },
  'BFLA-HIDDEN': {
    title: 'answers a method that nobody described, to everybody',
    severity: 'high',
    owasp: ['API9', 'API5'],
    why: 'The server itself names the method, the description does not know it, and no guard stands before it.',
    fix: 'Describe it and protect it, or take it away. Let a test hold the routes of the server against the description.',
  },
  'BFLA-METHOD-OVERRIDE': {
    title: 'does what it refuses if the method is named elsewhere',
    severity: 'high',
    cwe: [650],
    owasp: ['API5'],
    why: 'The guard looks at the method of the request and the application at a field that replaces it: what is refused as DELETE is done as GET or POST.',
    fix: 'Turn the replacement of methods off. Where old clients need it, do it before anything decides, and never for GET.',
  },
  'BFLA-OLDVERSION': {
    title: 'serves the same data under another version without a guard',
    severity: 'high',
    owasp: ['API9'],
    why: 'An old version, or an internal one, is still served and was forgotten when the guard was put up.',
    fix: 'Take old versions away, or put them behind the same guard; protect by default and open single routes.',
  },
  'BFLA-ROLE': {
    title: 'lets in who lacks the role',
    severity: 'high',
    cwe: [862],
    owasp: ['API5'],
    why: 'Somebody without the role uses what is meant for others: reports, administration, the data of all.',
    fix: 'Put the role before the handler, where every route of its kind passes, and let a test hold the whole matrix of roles and routes.',
    reference: 'RFC 9110 section 15.5.4',
  },
  'BFLA-SCOPE-EXTRA': {
    title: 'asks for more scopes than are documented',
    severity: 'medium',
    why: 'Clients ask for the scopes that the description names, and are refused all the same. They then ask for everything there is.',
    fix: 'Let the description and the code name the same scopes.',
    reference: 'RFC 6750 section 3.1',
  },
  'BFLA-SCOPE': {
    title: 'lets in a token without the scope',
    severity: 'high',
    cwe: [863],
    owasp: ['API5'],
    why: 'A scope is what a user has allowed an application to do. Here the application does more than it was allowed.',
    fix: 'Compare the scopes of the token with those of the operation, word by word, before the handler runs.',
    reference: 'RFC 6750 section 3.1',
  },
} as const satisfies RuleTexts
