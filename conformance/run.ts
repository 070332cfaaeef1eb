import { ADAPTERS, type AdapterUnderTest, type Served } from './adapters.ts'
import { expectationOf, faultsOf, headFaults, twinFaults } from './expect.ts'
import { createWorld, type World } from './fixtures/world.ts'
import { ROWS } from './rows/index.ts'
import { isRefusal, type OpenSite, type Refusal, type Sent, type Site, type Stage, type Variant } from './situations.ts'
import { rowOf } from './table.ts'
import { transmit, type Received } from './wire.ts'

/** What came of one row with one adapter. */
export interface Result {
  readonly row: string
  readonly group: string
  readonly adapter: string
  readonly situations: number
  /** Empty if the row is kept; each line begins with the name of its situation. */
  readonly faults: readonly string[]
}

/** What to run, and who wants to hear of each result. */
export interface RunOptions {
  readonly rows?: readonly string[]
  readonly adapters?: readonly string[]
  readonly onResult?: (result: Result) => void
}

/** Rows that are tried at the same time with one adapter; most of the time goes into waiting. */
const AT_ONCE = 8

/** A row that no other row may overlap with: it looks at all that its adapter's handlers did. */
export const HANDLERS = 'handlers ran exactly for the requests that were let in'

/** Tries every row with every adapter. */
export async function run({ rows = Object.keys(ROWS), adapters = ADAPTERS.map(({ name }) => name), onResult = () => {} }: RunOptions = {}): Promise<
  readonly Result[]
> {
  const world = await createWorld()
  const chosen = ADAPTERS.filter(({ name }) => adapters.includes(name))
  try {
    const results = await Promise.all(chosen.map((adapter) => runAdapter(adapter, world, { rows, onResult })))
    return results.flat()
  } finally {
    await world.close()
  }
}

async function runAdapter(
  adapter: AdapterUnderTest,
  world: World,
  { rows, onResult }: Required<Pick<RunOptions, 'rows' | 'onResult'>>,
): Promise<readonly Result[]> {
  const house = new House(adapter, world)
  const results: Result[] = []
  // What has to wait for a time limit begins first.
  const waiting = rows.toSorted((one, other) => Number(rowOf(other).id.includes('jwks')) - Number(rowOf(one).id.includes('jwks')))
  const work = async (): Promise<void> => {
    for (let row = waiting.shift(); row !== undefined; row = waiting.shift()) {
      const result = await runRow(row, house)
      results.push(result)
      onResult(result)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  const result = { row: HANDLERS, group: '-', adapter: adapter.name, situations: house.passes, faults: house.handlerFaults() }
  onResult(result)
  await house.close()
  return [...results, result]
}

async function runRow(id: string, house: House): Promise<Result> {
  const situations = ROWS[id] ?? []
  const faults = await Promise.all(
    situations.map(async (situation) => {
      const found = await (isRefusal(situation) ? refusalFaults(situation, house) : variantFaults(id, situation, house)).catch((error: unknown) => [
        String(error),
      ])
      return found.map((fault) => `${situation.name}: ${fault}`)
    }),
  )
  return { row: id, group: rowOf(id).group, adapter: house.adapter.name, situations: situations.length, faults: faults.flat() }
}

async function refusalFaults({ refuses, naming }: Refusal, { adapter, world }: House): Promise<readonly string[]> {
  try {
    const { guard, routes } = refuses(world)
    const served = await adapter.serve(guard, routes)
    await served.close()
    return ['the application started']
  } catch (error) {
    if (!(error instanceof TypeError)) return [`${String(error)} instead of a TypeError`]
    return naming.test(error.message) ? [] : [`the message "${error.message}" does not name ${String(naming)}`]
  }
}

async function variantFaults(id: string, variant: Variant, house: House): Promise<readonly string[]> {
  const stage = await house.stage(variant.site)
  await variant.before?.(stage)
  const make = async (send: Variant['send']): Promise<Sent> => (typeof send === 'function' ? send(stage) : send)
  const sent = await make(variant.send)
  const received = await stage.send(sent)
  const faults = [...faultsOf(expectationOf(rowOf(id), variant), { variant, sent, received, adapter: house.adapter.name })]
  if (received.status >= 400 && sent.method !== 'HEAD' && variant.notHead === undefined)
    faults.push(...headFaults(received, await stage.send({ ...sent, method: 'HEAD' })))
  if (variant.twin !== undefined) faults.push(...twinFaults(received, await stage.send(await make(variant.twin))))
  if (variant.after !== undefined) faults.push(...(await variant.after(stage, received)))
  return faults
}

interface Home {
  readonly site: OpenSite
  readonly served: Served
}

/** The servers of one adapter: each site is opened once, and closed at the end. */
class House {
  readonly adapter: AdapterUnderTest
  readonly world: World
  /** Requests that were answered 2xx, and runs of handlers. */
  passes = 0
  #runs = 0
  readonly #homes = new Map<Site, Promise<Home>>()

  constructor(adapter: AdapterUnderTest, world: World) {
    this.adapter = adapter
    this.world = world
  }

  async stage(site: Site): Promise<Stage> {
    const home = this.#homes.get(site) ?? this.#open(site)
    this.#homes.set(site, home)
    const { site: open, served } = await home
    return { world: this.world, site: open, send: (sent) => this.#send(served.port, sent) }
  }

  /** Denials that a handler ran for leave no trace in the answer. */
  handlerFaults(): readonly string[] {
    return this.#runs === this.passes ? [] : [`${this.#runs} runs of handlers for ${this.passes} requests that were let in`]
  }

  async close(): Promise<void> {
    for (const home of this.#homes.values()) {
      const { site, served } = await home
      await Promise.all([served.close(), site.close?.()])
    }
  }

  async #send(port: number, sent: Sent): Promise<Received> {
    const received = await transmit(port, sent)
    // A preflight is answered 204, and not by a handler.
    if (received.status === 200) this.passes += 1
    return received
  }

  async #open(site: Site): Promise<Home> {
    const open = await site.open(this.world)
    const routes = open.routes.map((route) => ({
      ...route,
      reply: (...given: Parameters<typeof route.reply>) => {
        this.#runs += 1
        return route.reply(...given)
      },
    }))
    return { site: open, served: await this.adapter.serve(open.guard, routes) }
  }
}
