import { request } from 'countersign/testing'
import { describe, expect, test } from 'vitest'
import { BOTH, type Library } from './web-library.ts'

/** What a guard reads out of the credentials, and what it answers without any. */
async function asked({ basic, createGuard }: Library, realm: string, authorization?: string) {
  const read: string[] = []
  const scheme = basic({
    verify: (user, password) => {
      read.push(user, password)
      return { subject: user }
    },
  })
  const sent = request('GET', '/', authorization === undefined ? {} : { authorization })
  const passage = await createGuard({ realm, schemes: [scheme] }).gate({ type: 'authenticated' })(sent)
  return passage.pass ? read : passage.answer.fields.filter(([name]) => name === 'WWW-Authenticate').map(([, value]) => value)
}

describe('the examples of RFC 7617, on both platforms', () => {
  test.each([
    ['section 2: Aladdin', 'Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==', ['Aladdin', 'open sesame']],
    ['section 2.1: a pound sign', 'Basic dGVzdDoxMjPCow==', ['test', '123£']],
  ])('%s is read as name and password', async (_title, authorization, expected) => {
    for (const library of BOTH) expect(await asked(library, 'WallyWorld', authorization)).toEqual(expected)
  })

  test('the challenges of sections 2 and 2.1 are asked, in UTF-8 both', async () => {
    for (const library of BOTH) {
      expect(await asked(library, 'WallyWorld')).toEqual(['Basic realm="WallyWorld", charset="UTF-8"'])
      expect(await asked(library, 'foo')).toEqual(['Basic realm="foo", charset="UTF-8"'])
    }
  })
})
