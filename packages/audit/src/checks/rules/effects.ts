import type { RuleTexts } from './text.ts'

/** What can be wrong about what a request has done. */
export const EFFECT_RULES = {
  'EFFECT-DENIED-BUT-DONE': {
    title: 'refuses and does it all the same',
    severity: 'critical',
    cwe: [863],
    owasp: ['API1', 'API5'],
    why: 'The caller gets a refusal and the change is made: logs and tests that look at the status see nothing.',
    fix: 'Decide before anything is changed, and roll back whatever was begun when the decision is no.',
  },
  'EFFECT-FAILED-CREATE': {
    title: 'refuses to make an object and makes it',
    severity: 'medium',
    cwe: [460],
    why: 'The caller is told that the object was not accepted, and it is there: incomplete, unpaid, and made once more by the next attempt.',
    fix: 'Validate before anything is stored, and store within one transaction.',
  },
  'MISLEADING-2XX': {
    title: 'says that it was done, and it was not',
    severity: 'low',
    cwe: [393],
    why: 'A caller who may not change the object is told that it worked. Clients go on with what is not so, and nobody notices the attempt.',
    fix: 'Answer 404 or 403 where nothing is done because the caller may not.',
    reference: 'RFC 9110 section 15.3',
  },
} as const satisfies RuleTexts
