import type { Exchange } from '../exchange.ts'
import type { AuditOperation } from '../operation.ts'
import { allows } from '../rule.ts'
import type { Persona } from '../persona.ts'
import type { Run } from '../run.ts'
import { inCase } from '../send/current-case.ts'
import type { Knowledge } from './knowledge.ts'

/** An operation that a persona may call and was let in to, and that nobody may. */
export interface Baseline {
  readonly operation: AuditOperation
  readonly persona: Persona
  readonly granted: Exchange
}

/** Operations that are looked at closely. */
const SAMPLES = 3

/** Learns how this API grants, refuses and lacks, before anything is judged. Answers what could not be told apart. */
export function calibrate(baselines: readonly Baseline[], run: Run, knowledge: Knowledge): Promise<readonly string[]> {
  return inCase('calibration', async () => {
    const notes: string[] = []
    for (const { operation, granted } of baselines) knowledge.learnGranted(operation, granted)
    for (const baseline of baselines.slice(0, SAMPLES)) await learnRefused(baseline, run, knowledge)
    await learnAbsent(baselines[0], run, knowledge)
    if (baselines.length === 0) notes.push('no protected operation let anybody in, so refusals that look like answers cannot be told from answers')
    return notes
  })
}

async function learnRefused({ operation, persona }: Baseline, run: Run, knowledge: Knowledge): Promise<void> {
  const built = run.build(operation, persona)
  if (built.request === undefined) return
  const anonymous = await run.send(built.request, run.nobody)
  const nonsense = await sendNonsense({ operation, persona }, run)
  if (nonsense !== undefined) knowledge.learnRefused(operation, { anonymous, nonsense })
}

/** A path below the target that nobody has heard of, and an object that is not there. */
async function learnAbsent(baseline: Baseline | undefined, run: Run, knowledge: Knowledge): Promise<void> {
  const persona = baseline?.persona ?? run.nobody
  const resource = run.objects.resources.find(({ read, parent }) => read !== undefined && read.neverTouch === undefined && parent === undefined)
  const read = resource?.read
  const built = read && run.build(read, persona, { values: { [resource.parameter]: run.marker('absent object') } })
  if (built?.request !== undefined) knowledge.learnAbsent(await run.send(built.request, persona))
  const base = new URL(run.config.target).pathname.replace(/\/+$/, '')
  const target = `${base}/${run.marker('absent path')}`
  for (const as of new Set([persona, run.nobody]))
    knowledge.learnAbsent(await run.send({ method: 'GET', target, fields: [['Accept', 'application/json']] }, as))
}

/** How content is answered that cannot be read, with an object that is there for nothing else: broken content has been known to change things. */
export async function calibrateInvalid(run: Run, knowledge: Knowledge): Promise<void> {
  if (!allows(run.mode, 'writes')) return
  for (const resource of run.objects.resources) {
    const write = resource.replace ?? resource.update
    const owner = run.personas.find((persona) => run.objects.find(resource, persona)?.seeded === true)
    if (write === undefined || write.neverTouch !== undefined || owner === undefined) continue
    const object = await run.objects.throwAway(resource, owner, run)
    const built = object && run.build(write, owner, { values: object.values })
    if (built?.request === undefined) continue
    knowledge.learnInvalid(await run.send({ ...built.request, body: '{"' }, owner))
    return
  }
}

/** The request of a persona with random text in place of the secret; nothing if the credentials have none that is sent. */
export async function sendNonsense({ operation, persona }: Pick<Baseline, 'operation' | 'persona'>, run: Run): Promise<Exchange | undefined> {
  const credentials = await persona.credentials()
  const built = run.build(operation, persona)
  if (credentials === undefined || built.request === undefined) return undefined
  const random = run.marker(`nonsense ${operation.key} ${persona.name}`)
  const swap = (text: string): string => nonsenseLike(text, credentials.value, random)
  const fields = credentials.fields.map(([name, value]): readonly [string, string] => [name, swap(value)])
  const query = (credentials.query ?? []).map(([name]) => `${encodeURIComponent(name)}=${random}`)
  if (fields.length === 0 && query.length === 0) return undefined
  const { target } = built.request
  const joined = query.length === 0 ? target : `${target}${target.includes('?') ? '&' : '?'}${query.join('&')}`
  return run.send({ ...built.request, target: joined, fields: [...built.request.fields, ...fields] }, run.nobody)
}

/** The same form with random text in place of the secret, which may stand there encoded. */
function nonsenseLike(value: string, secret: string, random: string): string {
  if (secret !== '' && value.includes(secret)) return value.replace(secret, () => random)
  if (/^basic /i.test(value)) return `Basic ${Buffer.from(`${random}:${random}`).toString('base64')}`
  return value.replace(/[^\s=]+$/, () => random)
}
