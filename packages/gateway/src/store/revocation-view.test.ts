import { expect, test } from 'vitest'
import { AFTERLIFE, createRevocationView } from './revocation-view.ts'

test('a token stays revoked through the tolerance for clocks, and is forgotten after it', () => {
  const view = createRevocationView()
  view.apply([{ type: 'token', jti: 'j', until: 1000, at: 0 }])
  const refused = (now: number) => view.isRevoked({ jti: 'j', subject: 'x' }, now)
  expect([refused(999), refused(1000), refused(999 + AFTERLIFE), refused(1000 + AFTERLIFE)]).toEqual([true, true, true, false])
  view.forget(999 + AFTERLIFE)
  expect(view.size).toBe(1)
  view.forget(1000 + AFTERLIFE)
  expect(view.size).toBe(0)
})

test('what is said of a subject is never forgotten', () => {
  const view = createRevocationView()
  view.apply([{ type: 'subject', subject: 'ada', notBefore: 1000, at: 0 }])
  view.forget(10 ** 9)
  expect(view.isRevoked({ subject: 'ada', iat: 999 }, 10 ** 9)).toBe(true)
})
