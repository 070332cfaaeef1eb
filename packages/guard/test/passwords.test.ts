import { hash as argon2 } from '@node-rs/argon2'
import { hashPassword, verifyPassword } from 'countersign/passwords'
import { describe, expect, test } from 'vitest'

describe('passwords', () => {
  test('a stored scrypt hash accepts its password and no other, in both forms of the same letter', async () => {
    const stored = await hashPassword('caf\u00e9')
    expect(stored).toMatch(/^\$scrypt\$ln=17,r=8,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/)
    expect(await Promise.all(['caf\u00e9', 'cafe\u0301', 'cafe'].map((password) => verifyPassword(password, stored)))).toEqual([true, true, false])
  })

  test('the vector of RFC 7914 section 12 with N=16384 is verified', async () => {
    const key = Buffer.from(
      '7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2d5432955613f0fcf62d49705242a9af9e61e85dc0d651e40dfcf017b45575887',
      'hex',
    )
    const salt = Buffer.from('SodiumChloride').toString('base64').replaceAll('=', '')
    expect(await verifyPassword('pleaseletmein', `$scrypt$ln=14,r=8,p=1$${salt}$${key.toString('base64').replaceAll('=', '')}`)).toBe(true)
  })

  test('an Argon2id hash of another program is verified', async () => {
    const stored = await argon2('correct horse')
    expect(stored).toMatch(/^\$argon2id\$/)
    expect([await verifyPassword('correct horse', stored), await verifyPassword('wrong', stored)]).toEqual([true, false])
  })

  test('an unknown user takes about as long as a wrong password', async () => {
    const stored = await hashPassword('x')
    await verifyPassword('y', undefined)
    const time = async (hash: string | undefined) => {
      const started = process.cpuUsage()
      expect(await verifyPassword('y', hash)).toBe(false)
      const { user, system } = process.cpuUsage(started)
      return user + system
    }
    // One after the other: the time is that of the whole process.
    const rounds = [[await time(stored), await time(undefined)] as const, [await time(stored), await time(undefined)] as const]
    const [known, unknown] = [Math.min(...rounds.map(([one]) => one)), Math.min(...rounds.map(([, other]) => other))]
    expect(unknown / known).toBeGreaterThan(0.4)
  })

  test('a hash in another form is a mistake of the program, and is not shown', async () => {
    await expect(verifyPassword('x', '5f4dcc3b5aa765d61d8327deb882cf99')).rejects.toThrow(
      'the stored password hash has an unknown form; store `$scrypt$…` (hashPassword) or `$argon2id$…`',
    )
    await expect(verifyPassword('x', '$scrypt$ln=40,r=8,p=1$c2FsdHNhbHRzYWx0c2FsdA$aGFzaGhhc2hoYXNoaGFzaGhhc2hoYXNo')).rejects.toThrow('bytes of memory')
  })
})
