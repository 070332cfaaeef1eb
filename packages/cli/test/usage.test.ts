import { describe, expect, it } from 'vitest'
import { emptyWorld, ordersWorld } from './world.ts'

const COMMANDS = 'init validate serve health matrix explain diff test print-config doctor audit keys passwords principals revoke backup trail'.split(' ')

describe('the command line', () => {
  it('has a version', async () => {
    const { code, out } = await (await emptyWorld()).run('--version')
    expect([code, /^\d+\.\d+\.\d+\S*\n$/.test(out)]).toEqual([0, true])
  })

  it('names every command in its help, and the exit codes', async () => {
    const { code, out, err } = await (await emptyWorld()).run('--help')
    expect([code, err]).toEqual([0, ''])
    expect(COMMANDS.filter((command) => !new RegExp(`^  ${command}\\b`, 'm').test(out))).toEqual([])
    expect(out).toContain('2  the command line is wrong')
  })

  it.each([
    'init',
    'validate',
    'serve',
    'health',
    'matrix',
    'explain',
    'diff',
    'test',
    'print-config',
    'doctor',
    'keys create',
    'keys list',
    'keys rotate',
    'keys revoke',
    'passwords set',
    'passwords list',
    'passwords remove',
    'principals put',
    'principals list',
    'principals remove',
    'revoke token',
    'revoke subject',
    'backup',
    'audit',
    'trail list',
    'trail verify',
  ])('shows an example of %s', async (command) => {
    const { code, out } = await (await emptyWorld()).run(`${command} --help`)
    expect(code).toBe(0)
    expect(out).toMatch(/Examples:\n {2}\$? ?\S/)
    expect(out).toContain(command.split(' ')[0])
  })

  it.each([
    ['', 'Usage: countersign'],
    ['keys', 'Usage: countersign keys'],
    ['matrx', "countersign: unknown command 'matrx'\n(Did you mean matrix?)"],
    ['matrix --colour', "countersign: unknown option '--colour'"],
    ['matrix --format xml', 'Allowed choices are table, markdown, csv, json.'],
    ['diff only-one.yaml', "countersign: missing required argument 'after'"],
    ['validate too many', 'countersign: too many arguments'],
    ['serve --port 70000', 'Pass a whole number from 0 to 65535.'],
    ['serve --workers 0', 'Pass a whole number from 1 to 64.'],
    ['keys create job --expires tomorrow', 'Pass a duration from now such as 30d'],
    ['keys create job --expires 2027-01-31T12:00:00', 'Pass a duration from now such as 30d'],
    ['revoke token 1b7e', "countersign: required option '--until <when>' not specified"],
    ['explain GET /a --admin http://127.0.0.1:1', 'countersign: --admin is for the id of a decision'],
    ['explain some-id --as reader', 'countersign: --as is for a method and a URL'],
    ['explain some-id --admin http://127.0.0.1:1', 'countersign: COUNTERSIGN_ADMIN_KEY is not set'],
    ['health --admin localhost:9090', 'countersign: `localhost:9090` is no URL'],
    ['init openapi.yaml --upstream localhost', 'countersign: `localhost` is no URL'],
  ])('ends with 2 for `%s`', async (line, text) => {
    const { code, out, err } = await (await emptyWorld()).run(line)
    expect([code, out]).toEqual([2, ''])
    expect(err).toContain(text)
  })

  it('tells a missing file without a trace', async () => {
    const world = await emptyWorld()
    const { code, err } = await world.run('init openapi.yaml')
    expect([code, err]).toEqual([1, `countersign: ${world.path('openapi.yaml')}: there is no such file or directory\n`])
  })

  it('gives a trace to those who ask', async () => {
    const world = await emptyWorld()
    const { err } = await world.run('init openapi.yaml', { env: { DEBUG: 'countersign' } })
    expect(err).toMatch(/ENOENT[^]*\ncountersign: /)
  })

  it('tells what is wrong with a configuration, wherever it is needed', async () => {
    const world = await ordersWorld('version: 1\nrealm: orders\nschemes: { basic: {} }\n')
    for (const line of ['matrix', 'keys list', 'serve', 'explain GET /']) {
      const { code, out, err } = await world.run(line)
      expect([line, code, out]).toEqual([line, 1, ''])
      expect(err).toMatch(/countersign\.yaml:\d+:\d+/)
      expect(err).toContain('apis')
    }
  })

  it('takes the configuration from the environment', async () => {
    const world = await ordersWorld()
    const { code, out } = await (await emptyWorld()).run('matrix', { env: { COUNTERSIGN_CONFIG: world.path('countersign.yaml') } })
    expect(code).toBe(0)
    expect(out).toContain('GET    /orders')
  })

  it('has colours on a terminal only, and not with NO_COLOR', async () => {
    const world = await ordersWorld()
    const colored = async (options: object) => (await world.run('matrix', options)).out.includes('\u001B[')
    expect([await colored({}), await colored({ terminal: true }), await colored({ terminal: true, env: { NO_COLOR: '1' } })]).toEqual([false, true, false])
  })
})
