import { ADAPTERS } from './adapters.ts'
import { adapterColumn, gatewayColumn, type Column, type Home } from './columns.ts'
import { expectationOf, faultsOf, headFaults, twinFaults } from './expect.ts'
import { createWorld, type World } from './fixtures/world.ts'
import { COVERED } from './rows/index.ts'
import { isConfigurationRefusal, isRefusal, type Sent, type Site, type Stage, type Situation, type Variant } from './situations.ts'
import { rowOf } from './table.ts'
import type { Received } from './wire.ts'

/** Everything that the rows run through: the applications of eight frameworks, and the gateway. */
export const COLUMNS: readonly Column[] = [...ADAPTERS.map(adapterColumn), gatewayColumn]

/** What came of one row in one column. */
export interface Result {
  readonly row: string
  readonly group: string
  readonly column: string
  /** None if the row is not for this column. */
  readonly situations: number
  /** Empty if the row is kept; each line begins with the name of its situation. */
  readonly faults: readonly string[]
}

/** What to run, and who wants to hear of each result. */
export interface RunOptions {
  readonly rows?: readonly string[]
  readonly columns?: readonly string[]
  readonly onResult?: (result: Result) => void
}

/** A row that no other row may overlap with: it looks at all that the handlers of its column did. */
export const HANDLERS = 'handlers ran exactly for the requests that were let in'

/** Tries every row in every column that it is for. */
export async function run({ rows = COVERED, columns = COLUMNS.map(({ name }) => name), onResult = () => {} }: RunOptions = {}): Promise<readonly Result[]> {
  const world = await createWorld()
  const chosen = COLUMNS.filter(({ name }) => columns.includes(name))
  try {
    const together = await Promise.all(chosen.filter(({ pace }) => pace.together).map((column) => runColumn(column, world, { rows, onResult })))
    const results = [...together]
    // Gateways open files and hash passwords, and would keep the others waiting.
    for (const column of chosen.filter(({ pace }) => !pace.together)) results.push(await runColumn(column, world, { rows, onResult }))
    return results.flat()
  } finally {
    await world.close()
  }
}

async function runColumn(column: Column, world: World, { rows, onResult }: Required<Pick<RunOptions, 'rows' | 'onResult'>>): Promise<readonly Result[]> {
  const house = new House(column, world)
  const results: Result[] = []
  // What has to wait for a time limit begins first.
  const waiting = rows
    .filter((row) => column.situationsOf(row).length > 0)
    .toSorted((one, other) => Number(rowOf(other).id.includes('jwks')) - Number(rowOf(one).id.includes('jwks')))
  const work = async (): Promise<void> => {
    for (let row = waiting.shift(); row !== undefined; row = waiting.shift()) {
      const result = await runRow(row, house)
      results.push(result)
      onResult(result)
    }
  }
  await Promise.all(Array.from({ length: column.pace.rows }, work))
  const result = { row: HANDLERS, group: '-', column: column.name, situations: house.passes, faults: house.handlerFaults() }
  onResult(result)
  await house.close()
  return [...results, result]
}

async function runRow(id: string, house: House): Promise<Result> {
  const { column, world } = house
  const situations = column.situationsOf(id)
  const faultsIn = async (situation: Situation): Promise<readonly string[]> => {
    const starts = isRefusal(situation) || isConfigurationRefusal(situation)
    const found = await (starts ? column.startFaults(situation, world) : variantFaults(id, situation, house)).catch((error: unknown) => [String(error)])
    return found.map((fault) => `${situation.name}: ${fault}`)
  }
  const faults: (readonly string[])[] = []
  if (column.pace.together) faults.push(...(await Promise.all(situations.map(faultsIn))))
  else for (const situation of situations) faults.push(await faultsIn(situation))
  return { row: id, group: rowOf(id).group, column: column.name, situations: situations.length, faults: faults.flat() }
}

async function variantFaults(id: string, variant: Variant, house: House): Promise<readonly string[]> {
  const stage = await house.stage(variant.site)
  await variant.before?.(stage)
  const make = async (send: Variant['send']): Promise<Sent> => (typeof send === 'function' ? send(stage) : send)
  const sent = await make(variant.send)
  const received = await stage.send(sent)
  const read = variant.read === undefined ? variant : { ...variant, values: { ...variant.values, ...variant.read(received) } }
  const faults = [...faultsOf(expectationOf(rowOf(id), read), { variant: read, sent, received, column: house.column.name })]
  if (received.status >= 400 && sent.method !== 'HEAD' && variant.notHead === undefined)
    faults.push(...headFaults(received, await stage.send({ ...sent, method: 'HEAD' })))
  if (variant.twin !== undefined) faults.push(...twinFaults(received, await stage.send(await make(variant.twin))))
  if (variant.after !== undefined) faults.push(...(await variant.after(stage, received)))
  return faults
}

/** The servers of one column: each site is opened once, and closed at the end. */
class House {
  readonly column: Column
  readonly world: World
  /** Requests that were answered 200 where only handlers do that, and runs of handlers. */
  passes = 0
  #runs = 0
  readonly #homes = new Map<Site, Promise<Home>>()

  constructor(column: Column, world: World) {
    this.column = column
    this.world = world
  }

  async stage(site: Site): Promise<Stage> {
    const home = this.#homes.get(site) ?? this.column.open(site, this.world, () => (this.#runs += 1))
    this.#homes.set(site, home)
    const opened = await home
    return { world: this.world, site: opened.handles, send: (sent) => this.#send(opened, sent) }
  }

  /** Denials that a handler ran for leave no trace in the answer. */
  handlerFaults(): readonly string[] {
    return this.#runs === this.passes ? [] : [`${this.#runs} runs of handlers for ${this.passes} requests that were let in`]
  }

  async close(): Promise<void> {
    const homes = await Promise.allSettled(this.#homes.values())
    await Promise.all(homes.flatMap((home) => (home.status === 'fulfilled' ? [home.value.close()] : [])))
  }

  async #send(home: Home, sent: Sent): Promise<Received> {
    const received = await home.send(sent)
    // A preflight is answered 204, and what is well known by the gateway itself.
    if (home.counted && received.status === 200 && !sent.path.startsWith('/.well-known/')) this.passes += 1
    return received
  }
}
