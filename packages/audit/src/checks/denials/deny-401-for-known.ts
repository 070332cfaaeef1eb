import type { Run } from '../../run.ts'
import { isNobody, type Asked } from '../asked.ts'
import { challengesOf } from '../challenge/refusals.ts'
import { strangerRefusedAs } from './refused-as.ts'

/** These say that a known caller can do something, and stand in a 401 by their definition or by custom. */
const OTHER_QUESTIONS: ReadonlySet<string> = new Set(['insufficient_user_authentication', 'insufficient_scope'])

/** Finds 401 for callers whose credentials are good, as another protected operation has shown. */
export const deny401ForKnown = strangerRefusedAs('DENY-401-FOR-KNOWN', {
  told: 'told 401, as if the credentials were bad',
  is: ({ observed }) => {
    const { response } = observed.exchange
    if (observed.class !== 'denied-auth' || response === undefined) return false
    return !challengesOf(response).challenges.some(({ params }) => OTHER_QUESTIONS.has(params['error'] ?? ''))
  },
  unless: (asked, run) =>
    isKnown(asked, run) ? undefined : `the credentials of ${asked.persona.name} were accepted by no protected operation, so they may be bad`,
})

/** Whether the same credentials were let in where nobody is. */
function isKnown({ persona }: Asked, run: Run): boolean {
  return run.cells.some(
    (cell) =>
      cell.persona.name === persona.name &&
      cell.observed?.class === 'granted' &&
      run.cells.some((other) => isNobody(other.persona) && other.operation.key === cell.operation.key && other.observed?.class === 'denied-auth'),
  )
}
