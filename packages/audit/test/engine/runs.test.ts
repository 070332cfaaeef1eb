import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { mkdtemp, readdir, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { runAudit, type AuditOptions } from '../../src/audit.ts'
import type { CellCheck, ProbeCheck } from '../../src/check.ts'
import { openJournal } from '../../src/journal/journal.ts'
import { PersonaError, type Persona } from '../../src/persona.ts'
import type { Report } from '../../src/report/report.ts'
import { RunStopped, type Run } from '../../src/run.ts'
import { makeCertificates } from '../../../guard/test/certificates.ts'
import { bearer, configFor, documentFile, json, startApi, type Api, type Handler } from './api.ts'

const closing: (() => unknown)[] = []

afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

/** As many operations as are asked for, `/things/1` and so on, behind a token. */
function things(count: number): object {
  const paths = Object.fromEntries(Array.from({ length: count }, (_, index) => [`/things/${index + 1}`, { get: { security: [{ token: [] }], responses: {} } }]))
  return {
    openapi: '3.1.0',
    info: { title: 'Things', version: '1' },
    components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
    paths: { ...paths, '/things': { post: { security: [{ token: [] }], responses: {} } } },
  }
}

const guarded: Handler = (_, response, caller) => {
  if (caller === undefined || caller.startsWith('old')) json(response, 401, { error: 'who?' }, { 'WWW-Authenticate': 'Bearer' })
  else json(response, 200, { items: [caller] })
}

async function audit(
  handler: Handler,
  { count = 3, config = {}, ...more }: Partial<Omit<AuditOptions, 'config'>> & { count?: number; config?: object } = {},
): Promise<{ api: Api; report: Report }> {
  const api = await startApi(handler)
  closing.push(() => api.close())
  const personas = more.personas ?? [bearer('bob')]
  const report = await runAudit({ checks: [], ...more, personas, config: configFor(api.url, await documentFile(things(count)), config) })
  return { api, report }
}

const RULE = { id: 'TEST-PROBE', title: 'found', severity: 'high', why: 'It is a test.', fix: 'None.' } as const

/** A check with cases that do what they are told. */
function probe(cases: Readonly<Record<string, (run: Run) => Promise<unknown>>>, more: Partial<ProbeCheck> = {}): ProbeCheck {
  return {
    kind: 'probe',
    rule: RULE,
    mode: 'safe',
    plan: ({ operations }) =>
      Object.entries(cases).map(([key, act], index) => {
        const operation = operations[0]
        return {
          key,
          ...(operation === undefined ? {} : { operation }),
          persona: 'bob',
          sends: [`GET /things/1 ${key}`],
          risk: 50 - index,
          try: async (run) =>
            (await act(run)) === true ? { level: 'strong', message: key, expected: 'no', observed: 'yes', evidence: [] } : { level: 'passed' },
        }
      }),
    ...more,
  }
}

test('a persona whose credentials are refused is left out, said so, and the result means nothing', async () => {
  const { report } = await audit(guarded, { personas: [bearer('bob'), bearer('eve', { token: () => 'wrong' })] })
  expect(report.personas).toEqual([
    { name: 'nobody', usable: true },
    { name: 'bob', usable: true },
    {
      name: 'eve',
      usable: false,
      why: 'its credentials are refused where they should be accepted (GET /things/1: 401, GET /things/2: 401, GET /things/3: 401)',
    },
  ])
  expect([report.exitCode, report.rows[0]?.cells.map(({ persona }) => persona)]).toEqual([3, ['nobody', 'bob']])
})

test('credentials that cannot be had, and two personas with the same ones', async () => {
  const lost: Persona = { ...bearer('lost'), credentials: () => Promise.reject(new PersonaError('lost: the environment has no `TOKEN`')) }
  const { report } = await audit(guarded, { personas: [bearer('bob'), lost, bearer('twin', { token: () => 'token-bob' })] })
  expect(report.personas.slice(2)).toEqual([
    { name: 'lost', usable: false, why: 'lost: the environment has no `TOKEN`' },
    { name: 'twin', usable: false, why: 'the target takes it for the same as bob' },
  ])
})

test('a target that is not there', async () => {
  const api = await startApi(guarded)
  await api.close()
  const report = await runAudit({ checks: [], personas: [bearer('bob')], config: configFor(api.url, await documentFile(things(1))) })
  expect([
    report.exitCode,
    report.incomplete?.startsWith('the target cannot be reached') || report.incomplete?.startsWith('the target does not answer'),
  ]).toEqual([3, true])
})

test('a certificate that nobody trusts is named, and nothing is sent past it', async () => {
  const { server: certificate } = makeCertificates()
  let asked = 0
  const server = createServer({ key: certificate.key, cert: certificate.cert }, (_, response) => {
    asked += 1
    response.end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closing.push(() => server.close())
  const report = await runAudit({
    checks: [],
    personas: [bearer('bob')],
    config: configFor(`https://127.0.0.1:${(server.address() as AddressInfo).port}`, await documentFile(things(1))),
  })
  expect([report.exitCode, report.incomplete?.startsWith('the target cannot be reached: '), asked]).toEqual([3, true, 0])
  expect(report.incomplete).toMatch(/certificate/)
})

test('random credentials that are let in are a finding before anything else', async () => {
  const { report } = await audit((request, response) => {
    if (request.headers.authorization === undefined) json(response, 401, {}, { 'WWW-Authenticate': 'Bearer' })
    else json(response, 200, { items: [] })
  })
  expect(report.findings.map(({ rule, level }) => [rule.id, level])).toEqual([['AUTH-ANYTOKEN', 'proven']])
})

test('random credentials that are refused with 200 are none', async () => {
  const { report } = await audit((_, response, caller) => json(response, 200, caller === undefined ? { message: 'no token' } : { items: [] }))
  expect(report.findings).toEqual([])
  const classes = report.rows.slice(0, 3).map(({ cells }) => cells.map(({ observed }) => observed?.class))
  expect(classes).toEqual([
    ['soft-denied', 'granted'],
    ['soft-denied', 'granted'],
    ['soft-denied', 'granted'],
  ])
})

test('a session that ends on the way is renewed once, and what was read since is read again', async () => {
  let logins = 1
  let requests = 0
  const bob = bearer('bob', { token: () => `token-bob${logins}` })
  bob.renew = () => {
    logins += 1
  }
  // The first session ends with the 40th request.
  const { api, report } = await audit(
    (request, response, caller) => {
      requests += 1
      guarded(request, response, caller === 'bob1' && requests > 40 ? undefined : caller)
    },
    { count: 100, personas: [bob] },
  )
  expect([logins, report.incomplete, report.exitCode]).toEqual([2, undefined, 0])
  const wrong = report.rows.flatMap(({ cells }) => cells).filter(({ expected, observed }) => observed !== undefined && expected.class !== observed.class)
  expect([wrong, report.coverage]).toEqual([[], { judged: 200, total: 200 }])
  expect(api.seen.length).toBeLessThan(300)
})

test('a session that cannot be renewed stops the run, and what came after the last good control counts for nothing', async () => {
  let requests = 0
  const { report } = await audit((request, response, caller) => guarded(request, response, ++requests > 120 ? undefined : caller), { count: 100 })
  expect([report.exitCode, report.incomplete]).toEqual([
    3,
    'bob was let in to GET /things/1 before, and now the answer is `denied-auth`, after a new login, too',
  ])
  const cells = report.rows.flatMap(({ cells }) => cells)
  expect(cells.filter(({ observed, expected }) => observed !== undefined && observed.class !== expected.class)).toEqual([])
  expect(report.coverage.judged).toBeGreaterThan(50)
  expect(report.coverage.judged).toBeLessThan(121)
})

test('a finding that does not repeat is flaky, and one that does is confirmed', async () => {
  let once = 0
  const { report } = await audit(guarded, { checks: [probe({ always: async () => true, once: async () => once++ === 0, never: async () => false })] })
  expect(report.findings.map(({ occurrences }) => occurrences.map(({ message }) => message))).toEqual([['always']])
  expect(report.untested).toEqual([{ check: 'TEST-PROBE', why: 'flaky: it was seen once and not again', level: 'inconclusive', cases: 1, examples: ['once'] }])
})

test('a deviation while whoever may is refused tells nothing', async () => {
  let down = false
  const { report } = await audit((request, response, caller) => (down ? json(response, 500, {}) : guarded(request, response, caller)), {
    checks: [
      probe({
        first: async () => {
          down = true
          return true
        },
      }),
    ],
  })
  expect(report.findings).toEqual([])
  // The control after it finds the target in trouble, so the run is not complete either.
  expect([report.exitCode, report.untested.map(({ cases }) => cases)]).toEqual([4, [1]])
})

test('findings of cells are confirmed by their first three, and a wrong one that does not repeat is dropped', async () => {
  let asked = 0
  const check: CellCheck = {
    kind: 'cell',
    rule: RULE,
    judge: ({ persona, observed }) =>
      persona.principal !== undefined || observed?.class !== 'granted'
        ? undefined
        : { level: 'strong', message: 'open', expected: '401', observed: '200', evidence: [observed.exchange], cause: 'open' },
  }
  const { report } = await audit(
    (request, response, caller) => {
      // Nobody is let in to one of them, the first time only (preflight and calibration ask for the first three).
      if (request.url === '/things/9' && caller === undefined && asked++ === 0) json(response, 200, {})
      else guarded(request, response, caller)
    },
    { count: 10, checks: [check] },
  )
  expect(report.findings).toEqual([])
  expect(report.untested.map(({ why, examples }) => [why, examples])).toEqual([['flaky: it was seen once and not again', ['GET /things/9 nobody none']]])
})

test('cases go by their risk; what the budget does not reach is not tested, and the run is incomplete', async () => {
  const tried: string[] = []
  const note = (name: string) => async (run: Run) => {
    tried.push(name)
    await run.send({ method: 'GET', target: '/things/1', fields: [] }, run.nobody)
  }
  const { report } = await audit(guarded, { count: 1, checks: [probe({ a: note('a'), b: note('b'), c: note('c') })], config: { maxRequests: 12, parallel: 1 } })
  expect([tried[0], report.exitCode, report.incomplete]).toEqual(['a', 4, 'all 12 requests of the budget are used'])
  expect(report.untested.map(({ why, level }) => [why, level])).toEqual([['all 12 requests of the budget are used', 'not-tested']])
})

test('what needs another mode, is never sent, or fails in the check is said, not passed over', async () => {
  const failing = probe({
    fails: async () => {
      throw new TypeError('no such thing')
    },
  })
  const { report } = await audit(guarded, { checks: [probe({ writes: async () => true }, { mode: 'writes' }), failing] })
  expect(report.untested.map(({ why, level }) => [why, level])).toEqual([
    ['it needs the mode `writes`', 'not-tested'],
    ['the check itself failed: no such thing', 'inconclusive'],
  ])
})

test('a probe that kills the target is named', async () => {
  const kill = probe({ kill: async (run) => run.send({ method: 'GET', target: '/kill', fields: [] }, run.nobody) }, { rule: { ...RULE, id: 'ROB-CRASH' } })
  const api: Api = await startApi((request, response, caller) => (request.url === '/kill' ? void api.close() : guarded(request, response, caller)))
  const report = await runAudit({ checks: [kill], personas: [bearer('bob')], config: configFor(api.url, await documentFile(things(1))) })
  expect([report.exitCode, report.incomplete?.split('; ').at(-1)]).toEqual([4, 'GET /kill as nobody (ROB-CRASH kill)'])
  expect(report.findings.map(({ rule, level, occurrences }) => [rule.id, level, occurrences[0].evidence.map(({ request }) => request.target)])).toEqual([
    ['ROB-CRASH', 'strong', ['/kill']],
  ])
})

test('personas with different roles who are answered alike everywhere are a reason to look', async () => {
  const { report } = await audit(guarded, {
    personas: [bearer('bob', { roles: ['customer'] }), bearer('olga', { roles: ['admin'] }), bearer('eve', { roles: ['admin'] })],
  })
  expect(report.notes.filter((note) => note.includes('answered alike'))).toEqual([
    'bob and olga have different roles, and are answered alike everywhere; see whether the roles are as the configuration says',
    'bob and eve have different roles, and are answered alike everywhere; see whether the roles are as the configuration says',
  ])
})

test('the mode `plan` sends nothing and says what each mode would', async () => {
  const { api, report } = await audit(guarded, {
    mode: 'plan',
    count: 2,
    checks: [probe({ a: async () => true }), probe({ b: async () => true }, { mode: 'writes' })],
  })
  expect([api.seen, report.requests, report.exitCode]).toEqual([[], 0, 0])
  expect(report.plan).toEqual({
    requests: [
      { persona: 'nobody', line: 'GET /things/1', check: 'the reading matrix', mode: 'safe' },
      { persona: 'bob', line: 'GET /things/1', check: 'the reading matrix', mode: 'safe' },
      { persona: 'nobody', line: 'GET /things/2', check: 'the reading matrix', mode: 'safe' },
      { persona: 'bob', line: 'GET /things/2', check: 'the reading matrix', mode: 'safe' },
      { persona: 'bob', line: 'GET /things/1 a', check: 'TEST-PROBE', mode: 'safe' },
      { persona: 'bob', line: 'GET /things/1 b', check: 'TEST-PROBE', mode: 'writes' },
    ],
    personas: { nobody: 2, bob: 4 },
    modes: { safe: 5, writes: 6, full: 6 },
  })
})

test('a run that may write needs a journal; the journal has every request that may change something before it goes out, and no secret', async () => {
  await expect(audit(guarded, { mode: 'writes' })).rejects.toThrow('the mode `writes` needs a journal')
  const file = join(await mkdtemp(join(tmpdir(), 'countersign-journal-')), 'run.jsonl')
  let beforeSending = ''
  const write = probe(
    { write: async (run) => run.send({ method: 'POST', target: '/things?key=v', fields: [], body: '{}' }, run.personas[1] ?? run.nobody) },
    { mode: 'writes' },
  )
  const { report } = await audit(
    (request, response, caller) => {
      if (request.method === 'POST')
        void readFile(file, 'utf8')
          .then((text) => (beforeSending = text))
          .then(() => json(response, 200, { yours: request.headers.authorization }))
      else json(response, caller === undefined ? 401 : 200, { yours: request.headers.authorization })
    },
    { mode: 'writes', journal: file, checks: [write] },
  )
  const text = await readFile(file, 'utf8')
  const lines = text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { seq: number; type: string; method?: string })
  expect(lines.map(({ seq }) => seq)).toEqual(lines.map((_, index) => index + 1))
  expect([lines[0]?.type, lines.at(-1)?.type, beforeSending.includes('"type":"sending"'), text.includes('token-bob'), report.exitCode]).toEqual([
    'begin',
    'end',
    true,
    false,
    0,
  ])
})

test('a run that did not end is told of before the next one, which goes on with it: nothing is asked twice', async () => {
  const file = join(await mkdtemp(join(tmpdir(), 'countersign-journal-')), 'run.jsonl')
  const api = await startApi(guarded)
  closing.push(() => api.close())
  const openapi = await documentFile(things(80))
  const tried: string[] = []
  let stop = true
  const note = (name: string) => async () => {
    if (name === 'b' && stop) throw new RunStopped('aborted', 'the machine stopped')
    tried.push(name)
    return name === 'a'
  }
  const options: AuditOptions = {
    personas: [bearer('bob')],
    config: configFor(api.url, openapi, { parallel: 1 }),
    journal: file,
    checks: [probe({ a: note('a'), b: note('b') })],
  }
  const first = await runAudit(options)
  expect([first.exitCode, first.incomplete]).toEqual([4, 'the machine stopped'])
  await expect(runAudit(options)).rejects.toThrow(/^the run of 2.* in `.*run.jsonl` did not end, and it left no objects$/)
  const before = api.seen.length
  stop = false
  const second = await runAudit({ ...options, unfinished: 'resume' })
  expect([second.exitCode, second.coverage]).toEqual([1, { judged: 160, total: 160 }])
  expect([before > 160, api.seen.length - before < 30]).toEqual([true, true])
  // It is finished, so another one begins from the beginning.
  const third = await runAudit(options)
  expect(third.coverage).toEqual({ judged: 160, total: 160 })
})

test('what an earlier run left and nobody can remove now is told, and its journal stays open', async () => {
  const file = join(await mkdtemp(join(tmpdir(), 'countersign-journal-')), 'run.jsonl')
  const api = await startApi(guarded)
  closing.push(() => api.close())
  const journal = openJournal({ file, target: api.url, mode: 'writes', now: Date.now })
  journal.addFirst({ type: 'created', object: { resource: '/things/{id}', owner: 'zoe', values: { id: '7' }, marker: 'abcdef' } })
  journal.close()
  const options: AuditOptions = {
    personas: [bearer('bob')],
    config: configFor(api.url, await documentFile(things(1))),
    journal: file,
    checks: [],
    mode: 'writes',
  }
  await expect(runAudit(options)).rejects.toThrow('did not end, and it may have left 1 object')
  const report = await runAudit({ ...options, unfinished: 'resume', onlyCleanUp: true })
  expect([report.exitCode, report.leftovers]).toEqual([4, ['/things/{id} {"id":"7"} of zoe, with abcdef in its texts']])
  await expect(runAudit(options)).rejects.toThrow('did not end, and it may have left 1 object')
  // Put aside, it is kept under another name.
  const fresh = await runAudit({ ...options, unfinished: 'put-aside' })
  expect([fresh.exitCode, fresh.leftovers, (await readdir(dirname(file))).length]).toEqual([0, [], 2])
})

test('a thousand cells take hardly more than a thousand requests', async () => {
  const { api, report } = await audit(guarded, { count: 250, personas: [bearer('alice'), bearer('bob'), bearer('olga')] })
  expect([report.coverage, report.exitCode]).toEqual([{ judged: 1000, total: 1000 }, 0])
  expect(api.seen.length).toBe(report.requests)
  expect(api.seen.length).toBeLessThan(1150)
})
