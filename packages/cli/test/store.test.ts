import { PassThrough } from 'node:stream'
import { existsSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { readSecret } from '../src/secret-input.ts'
import { ordersWorld } from './world.ts'

describe('countersign keys', () => {
  it('makes a key that is shown once, lists it, rotates it and ends it', async () => {
    const world = await ordersWorld()
    const made = await world.run('keys create job --role reader,writer --scope orders:read --expires 30d --label nightly')
    expect(made.code).toBe(0)
    expect(made.out).toMatch(/^csk_\S+\n$/)
    const key = made.out.trim()
    const id = /^Made (csk_\w+) for job; it expires \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ\. It cannot be shown again\.\n$/.exec(made.err)?.[1] ?? ''
    expect(key.startsWith(id) && key.length > id.length).toBe(true)

    const listed = JSON.parse((await world.run('keys list --json --subject job')).out) as readonly Record<string, unknown>[]
    expect(listed).toMatchObject([{ id, subject: 'job', label: 'nightly', roles: ['reader', 'writer'], scopes: ['orders:read'] }])
    expect(JSON.stringify(listed)).not.toContain(key)
    expect((await world.run('keys list')).out).toMatch(new RegExp(`^ID .*\\n${id} +job +good `))
    expect(await world.run('keys list --subject nobody')).toEqual({ code: 0, out: '', err: 'No keys.\n' })

    const rotated = await world.run(['keys', 'rotate', id, '--overlap', '12h'])
    expect([rotated.code, rotated.out === made.out]).toEqual([0, false])
    expect((await world.run(['keys', 'revoke', id])).err).toBe(`Revoked ${id} of job.\n`)
    expect((await world.run('keys list')).out).toMatch(new RegExp(`${id} +job +revoked `))
  })

  it('says which key is not there', async () => {
    const world = await ordersWorld()
    await world.run('keys create job')
    expect(await world.run('keys revoke csk_nothing')).toMatchObject({ code: 1, out: '', err: expect.stringContaining('there is no key `csk_nothing`') })
    expect(await world.run('keys rotate csk_nothing')).toMatchObject({ code: 1, out: '', err: expect.stringContaining('there is no key `csk_nothing`') })
  })

  it('makes no store by looking for one', async () => {
    const world = await ordersWorld()
    const { code, out, err } = await world.run('keys list')
    expect([code, out]).toEqual([1, ''])
    expect(err).toMatch(/^countersign: .*countersign\.db/)
    expect(existsSync(world.path('store'))).toBe(false)
  })

  it('refuses what the store refuses, in one line', async () => {
    const { code, err } = await (await ordersWorld()).run(['keys', 'create', ''])
    expect(code).toBe(2)
    expect(err).toMatch(/^countersign: [^\n]+\n$/)
    expect(err).not.toContain('unexpected')
  })
})

describe('countersign passwords', () => {
  it('takes the password from standard input, never from an argument', async () => {
    const world = await ordersWorld()
    expect(await world.run('passwords set olga', { input: 'correct horse battery\nsecond line\n' })).toEqual({
      code: 0,
      out: '',
      err: 'Set the password of olga.\n',
    })
    expect((await world.run('passwords list')).out).toMatch(/^USER {2}CHANGED\nolga {2}\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ\n$/)
    expect((await world.run('passwords set olga secret')).code).toBe(2)
    expect(await world.run('passwords remove olga')).toMatchObject({ code: 0, err: 'Removed olga.\n' })
    expect(await world.run('passwords remove olga')).toMatchObject({ code: 1, err: 'countersign: `olga` has no password\n' })
  })

  it('does not take nothing for a password', async () => {
    expect(await (await ordersWorld()).run('passwords set olga')).toMatchObject({ code: 1, err: expect.stringContaining('standard input is empty') })
  })

  it('does not repeat a password that it refuses', async () => {
    const { code, err } = await (await ordersWorld()).run('passwords set olga', { input: 'tiny\n' })
    expect(code).toBe(1)
    expect(err).toMatch(/^countersign: [^\n]+\n$/)
    expect(err).not.toContain('tiny')
  })
})

describe('a password on a terminal', () => {
  function terminal() {
    const raw: boolean[] = []
    const stdin = Object.assign(new PassThrough(), { isTTY: true, setRawMode: (on: boolean) => raw.push(on) })
    const shown: string[] = []
    return { stdin, stderr: { write: (text: string) => shown.push(text) }, raw, shown }
  }

  it('is asked twice and never shown', async () => {
    const world = terminal()
    const secret = readSecret(world, 'Password of olga')
    world.stdin.write('pässw')
    world.stdin.write('x\u007Ford\r')
    world.stdin.write('pässword\n')
    expect(await secret).toBe('pässword')
    expect(world.shown.join('')).toBe('Password of olga: \nThe same again: \n')
    expect(world.raw).toEqual([true, false, true, false])
  })

  it('has to be the same twice', async () => {
    const world = terminal()
    world.stdin.write('one\rtwo\r')
    await expect(readSecret(world, 'Password')).rejects.toThrow('the two are not the same')
  })

  it('can be given up', async () => {
    const world = terminal()
    world.stdin.write('one\u0003')
    await expect(readSecret(world, 'Password')).rejects.toThrow('given up')
    expect(world.raw.at(-1)).toBe(false)
  })
})

describe('countersign principals', () => {
  it('keeps what is known of a caller', async () => {
    const world = await ordersWorld()
    expect(await world.run('principals put olga --role admin --scope orders:write')).toMatchObject({
      code: 0,
      err: 'olga is active, with the role admin and the scope orders:write.\n',
    })
    expect(await world.run('principals put olga --status suspended')).toMatchObject({ code: 0, err: 'olga is suspended, with no roles and no scopes.\n' })
    expect(JSON.parse((await world.run('principals list --json')).out)).toMatchObject([{ subject: 'olga', status: 'suspended', roles: [], scopes: [] }])
    expect(await world.run('principals remove olga')).toMatchObject({ code: 0 })
    expect(await world.run('principals remove olga')).toMatchObject({ code: 1, err: 'countersign: there is no entry for `olga`\n' })
    expect(await world.run('principals put olga --status gone')).toMatchObject({ code: 2 })
  })
})

describe('countersign revoke, trail and backup', () => {
  it('leave a trail that can be checked', async () => {
    const world = await ordersWorld()
    expect(await world.run('revoke token 1b7e0f62 --until 12h')).toMatchObject({
      code: 0,
      err: expect.stringMatching(/^Revoked the token 1b7e0f62; remembered until \S+Z\.\n$/),
    })
    expect(await world.run('revoke subject olga --before 2026-01-31T12:00:00Z')).toMatchObject({
      code: 0,
      err: 'Revoked every token of olga issued before 2026-01-31T12:00:00Z.\n',
    })
    const { out } = await world.run('trail list')
    expect(out).toMatch(/^NUMBER +AT +WHO +ACTION +TARGET/)
    expect(out).toMatch(/cli:\S+ \(cli\) .*1b7e0f62/)
    expect((await world.run('trail verify')).out).toMatch(/^The chain of \d+ entries is whole\.\n$/)
    expect(JSON.parse((await world.run('trail verify --json')).out)).toMatchObject({ intact: true })
    expect(await world.run('backup copy.db')).toMatchObject({ code: 0, err: `Wrote ${world.path('copy.db')}.\n` })
    expect(existsSync(world.path('copy.db'))).toBe(true)
    expect((await world.run('backup copy.db')).code).toBe(1)
  })
})

describe('a store that is not there', () => {
  it.each([
    'keys list',
    'keys revoke csk_4f9d2k7m1x',
    'keys rotate csk_4f9d2k7m1x',
    'passwords remove olga',
    'principals remove olga',
    'trail verify',
    'backup copy.db',
  ])('is not made by `%s`, which says what makes one', async (command) => {
    const world = await ordersWorld()
    const { code, out, err } = await world.run(command)
    expect({ code, out }).toEqual({ code: 1, out: '' })
    expect(err).toMatch(/^countersign: there is no store \S+\.db yet; the gateway makes it when it starts, and so does the first key, password or principal\n$/)
    expect(existsSync(world.path('store'))).toBe(false)
  })
})

describe('--json', () => {
  it('tells a program what was done, and a person nothing', async () => {
    const world = await ordersWorld()
    const done = async (command: string, options = {}): Promise<unknown> => {
      const { code, out, err } = await world.run(`${command} --json`, options)
      expect({ code, err }, command).toEqual({ code: 0, err: '' })
      return JSON.parse(out)
    }
    await done('principals put olga --role admin')
    expect(await done('principals remove olga')).toEqual({ subject: 'olga', removed: true })
    expect(await done('revoke token j-1 --until 2099-01-01T00:00:00Z')).toEqual({ type: 'token', jti: 'j-1', until: '2099-01-01T00:00:00Z' })
    expect(await done('revoke subject olga --before 2027-01-31T12:00:00Z')).toEqual({ type: 'subject', subject: 'olga', notBefore: '2027-01-31T12:00:00Z' })
    expect(await done('passwords set olga', { input: 'correct horse\n' })).toEqual({ user: 'olga', set: true })
    expect(await done('passwords remove olga')).toEqual({ user: 'olga', removed: true })
    expect(await done('backup copy.db')).toEqual({ file: world.path('copy.db') })
  })
})
