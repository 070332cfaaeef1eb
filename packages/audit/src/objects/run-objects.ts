import type { AuditConfig } from '../config/config.ts'
import { fieldValues } from '../exchange.ts'
import { objectsLeft, type RecordedObject } from '../journal/journal.ts'
import type { Persona } from '../persona.ts'
import { allows } from '../rule.ts'
import { RunStopped, type Planning, type Run } from '../run.ts'
import { foundAfterwards, lostOf, remove, removalOf, type Attempt } from './clean-up.ts'
import { CREATED, recognise, type Adoption } from './adopt.ts'
import { isComplete } from './ids.ts'
import { learnVolatile, lookAt, type Volatile } from './look.ts'
import { make, mayMake, unmakable } from './make.ts'
import type { ManagedObjects, Resource, TargetObject } from './objects.ts'
import { resourcesOf, settingOf } from './resources.ts'
import { parametersOf, renamed } from './templates.ts'

/** What is known of the objects of a run. */
interface Register {
  readonly planning: Planning
  readonly resources: readonly Resource[]
  /** Those of the configuration, and those that are known by their subject. */
  readonly told: readonly TargetObject[]
  /** Made once for everybody to look at, one for each owner and resource. */
  readonly seeded: Map<string, TargetObject>
  /** All that was made and not removed, in the order of making. */
  readonly made: TargetObject[]
  /** What may have been made. */
  readonly attempts: Attempt[]
  readonly why: Map<string, string>
  readonly volatile: Volatile
  counter: number
}

function createRegister(planning: Planning): Register {
  const resources = resourcesOf(planning)
  return {
    planning,
    resources,
    told: [...toldObjects(resources, planning), ...subjectObjects(resources, planning)],
    seeded: new Map(),
    made: [],
    attempts: [],
    why: new Map(),
    volatile: new Map(),
    counter: 0,
  }
}

/** The objects of a run: those that were there, and those that it makes. */
export function createObjects(planning: Planning): ManagedObjects {
  const register = createRegister(planning)
  const { volatile, resources } = register
  return {
    resources,
    find: (resource, owner) => find(register, resource, owner),
    missing: (resource, owner) => register.why.get(keyOf(resource, owner)) ?? whyNone(register, resource, owner),
    throwAway: async (resource, owner, run) => makeOne(register, { resource, owner, run }),
    readBack: async (object, run) => (await lookAt(object, run, { as: object.owner, volatile })).exchange,
    look: async (object, run, as = object.owner) => lookAt(object, run, { as, volatile }),
    adopt: async (resource, adoption, run) => adopt(register, { resource, adoption, run }),
    prepare: async (run) => (allows(run.mode, 'writes') ? seed(register, run) : []),
    cleanUp: async (run) => {
      if (!allows(run.mode, 'writes')) return []
      takeOver(register, objectsLeft(run.journal.earlier))
      return cleanUp(register, run)
    },
  }
}

interface Adopting {
  readonly resource: Resource
  readonly adoption: Adoption
  readonly run: Run
}

async function adopt({ made, attempts, volatile }: Register, { resource, adoption, run }: Adopting): Promise<TargetObject | undefined> {
  const object = await recognise(resource, adoption, { run, volatile })
  if (object === undefined) {
    const { response } = adoption.exchange
    const created = response?.status === CREATED ? { created: fieldValues(response, 'location')[0] ?? '' } : {}
    attempts.push({ resource, owner: adoption.by, parents: {}, marker: adoption.marker, ...created })
    return undefined
  }
  made.push(object)
  run.journal.add({ type: 'created', object: { resource: resource.item, owner: object.owner.name, values: object.values, marker: adoption.marker } })
  return object
}

function keyOf({ item }: Resource, { name }: Persona): string {
  return `${item} ${name}`
}

function find({ seeded, told }: Register, resource: Resource, owner: Persona): TargetObject | undefined {
  return seeded.get(keyOf(resource, owner)) ?? told.find((object) => object.resource.item === resource.item && object.owner.name === owner.name)
}

function whyNone({ planning }: Register, resource: Resource, owner: Persona): string {
  const reason = unmakable(resource)
  if (reason !== undefined) return `no ${resource.item} of ${owner.name}: ${reason}; name one under \`resources\``
  if (!mayMake(resource, owner, planning)) return `no ${resource.item} of ${owner.name}: the rules do not let ${owner.name} make one`
  return `no ${resource.item} of ${owner.name}: name one under \`resources\`, or allow the mode \`writes\``
}

/** Objects that the configuration names. */
function toldObjects(resources: readonly Resource[], { config, personas }: Planning): readonly TargetObject[] {
  return resources.flatMap((resource) => {
    const setting = settingOf(resource, config)
    return personas.flatMap((owner) =>
      (setting?.objects[owner.name] ?? []).map((values) => ({
        resource,
        owner,
        values: setting === undefined ? values : renamed(values, baseOf(config) + setting.item, resource.item),
        seeded: false,
      })),
    )
  })
}

function baseOf({ target }: Pick<AuditConfig, 'target'>): string {
  return new URL(target).pathname.replace(/\/+$/, '')
}

/** What belongs to a persona because its subject stands in the path. */
function subjectObjects(resources: readonly Resource[], { personas }: Planning): readonly TargetObject[] {
  return resources
    .filter(({ subject, item }) => subject !== undefined && parametersOf(item).length === 1)
    .flatMap((resource) =>
      personas.flatMap((owner) =>
        owner.principal === undefined ? [] : [{ resource, owner, values: { [resource.parameter]: owner.principal.subject }, seeded: false }],
      ),
    )
}

interface Making {
  readonly resource: Resource
  readonly owner: Persona
  readonly run: Run
}

/** Makes an object and remembers it, or why it could not be made. */
async function makeOne(register: Register, making: Making): Promise<TargetObject | undefined> {
  const { resource, owner, run } = making
  const reason = unmakable(resource) ?? (mayMake(resource, owner, register.planning) ? undefined : `the rules do not let ${owner.name} make one`)
  const parent = resource.parent === undefined || reason !== undefined ? undefined : await parentFor(register, { ...making, resource: resource.parent })
  const orphan = resource.parent !== undefined && parent === undefined ? `there is no ${resource.parent.item} to make it in` : undefined
  if (reason !== undefined || orphan !== undefined) {
    register.why.set(keyOf(resource, owner), `no ${resource.item} of ${owner.name}: ${reason ?? orphan}`)
    return undefined
  }
  register.counter += 1
  const marker = run.marker(`object ${run.journal.earlier.length + register.counter}`)
  const attempt = { resource, owner, parents: parent === undefined ? {} : renamed(parent.values, parent.resource.item, resource.item), marker }
  register.attempts.push(attempt)
  const made = await make({ resource, owner, parent, marker }, run, register.volatile)
  if (made.object === undefined) register.why.set(keyOf(resource, owner), `no ${resource.item} of ${owner.name}: ${made.missing}`)
  else {
    register.attempts.splice(register.attempts.indexOf(attempt), 1)
    register.made.push(made.object)
  }
  return made.object
}

/** Children are made in objects that were made, too: what was there before is not touched. */
async function parentFor(register: Register, making: Making): Promise<TargetObject | undefined> {
  const known = register.seeded.get(keyOf(making.resource, making.owner))
  return known ?? makeOne(register, making)
}

/** How many personas with the same rights get objects of their own: two of a kind show whether one can reach what is the other's. */
const OF_A_KIND = 2

async function seed(register: Register, run: Run): Promise<readonly string[]> {
  for (const resource of register.resources) {
    const kinds = new Map<string, number>()
    for (const owner of register.planning.personas) {
      if (!mayMake(resource, owner, register.planning)) continue
      const kind = JSON.stringify([owner.principal?.roles, owner.principal?.scheme, owner.tenant])
      const count = kinds.get(kind) ?? 0
      if (count >= OF_A_KIND) continue
      kinds.set(kind, count + 1)
      const object = await makeOne(register, { resource, owner, run })
      if (object === undefined) continue
      register.seeded.set(keyOf(resource, owner), object)
      await learnVolatile(object, run, register.volatile)
    }
  }
  return [...register.why.values()]
}

function takeOver(register: Register, left: readonly RecordedObject[]): void {
  for (const { resource: item, owner: name, values, marker } of left) {
    const resource = register.resources.find((one) => one.item === item)
    const owner = register.planning.personas.find((persona) => persona.name === name)
    if (resource === undefined || owner === undefined) continue
    if (isComplete(values, resource)) register.made.push({ resource, owner, values, seeded: true, ...(marker === undefined ? {} : { marker }) })
    else if (marker !== undefined) register.attempts.push({ resource, owner, parents: values, marker })
  }
}

/** In reverse, so that children go before their parents; then whatever carries a marker and nobody knows of. */
async function cleanUp(register: Register, run: Run): Promise<readonly string[]> {
  const left: TargetObject[] = []
  const lost: string[] = []
  const takeAway = async (object: TargetObject): Promise<void> => {
    if (!(await unlessStopped(() => remove(object, run, register.volatile)))) left.push(object)
  }
  for (let object = register.made.pop(); object !== undefined; object = register.made.pop()) await takeAway(object)
  for (let attempt = register.attempts.pop(); attempt !== undefined; attempt = register.attempts.pop()) {
    const sought = attempt
    const object = await unlessStopped(() => foundAfterwards(sought, run))
    if (object === undefined && sought.created !== undefined) lost.push(lostOf(sought))
    if (object !== undefined && !left.some((one) => isSame(one, object))) await takeAway(object)
  }
  register.seeded.clear()
  return [...left.map((object) => removalOf(object, register.planning.config.target)), ...lost]
}

function isSame(one: TargetObject, other: TargetObject): boolean {
  return one.resource.item === other.resource.item && JSON.stringify(one.values) === JSON.stringify(other.values)
}

/** A target that is gone gives nothing away, and what is left is told all the same. */
async function unlessStopped<T>(act: () => Promise<T>): Promise<T | undefined> {
  try {
    return await act()
  } catch (error) {
    if (error instanceof RunStopped) return undefined
    throw error
  }
}
