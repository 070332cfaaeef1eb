import type { Counter, Metric, Registry } from 'prom-client'

// A counter of prom-client costs half a microsecond a call and a request has four, so requests are counted here and
// told to prom-client when somebody reads.

interface Cell {
  count: number
  told: number
  readonly counters: readonly Counter.Internal[]
}

interface Branch {
  readonly below: Map<string | number, Branch>
  cell?: Cell
}

/** Counts requests by kind; `counters` says which counters stand for a kind. */
export class Tally<T> {
  readonly #counters: (kind: T) => readonly Counter.Internal[]
  readonly #limit: number
  #root: Branch = { below: new Map() }
  #cells: Cell[] = []

  /** More than `limit` kinds are told and forgotten, so that no mistake about labels can fill the memory from here. */
  constructor(counters: (kind: T) => readonly Counter.Internal[], limit: number) {
    this.#counters = counters
    this.#limit = limit
  }

  /** `path` tells one kind from another. */
  add(kind: T, path: readonly (string | number | undefined)[]): void {
    let branch = this.#root
    for (const step of path) {
      const word = step ?? ''
      let next = branch.below.get(word)
      if (next === undefined) branch.below.set(word, (next = { below: new Map() }))
      branch = next
    }
    branch.cell ??= this.#cell(kind)
    branch.cell.count += 1
  }

  /** Brings prom-client's counters up to date. */
  tell(): void {
    for (const cell of this.#cells) {
      const { count, told, counters } = cell
      if (count === told) continue
      cell.told = count
      for (const counter of counters) counter.inc(count - told)
    }
  }

  #cell(kind: T): Cell {
    if (this.#cells.length >= this.#limit) {
      this.tell()
      this.#root = { below: new Map() }
      this.#cells = []
    }
    const cell: Cell = { count: 0, told: 0, counters: this.#counters(kind) }
    this.#cells.push(cell)
    return cell
  }
}

/** A histogram without labels, counted without prom-client and read by it. */
export class Distribution {
  readonly #bounds: readonly number[]
  readonly #counts: Float64Array
  #sum = 0

  constructor(registry: Registry, { name, help, bounds }: { readonly name: string; readonly help: string; readonly bounds: readonly number[] }) {
    this.#bounds = bounds
    this.#counts = new Float64Array(bounds.length + 1)
    const read = () => ({ name, help, type: 'histogram', aggregator: 'sum', values: this.#values(name) })
    // Of a metric a registry uses `name` and `get` only, but its types ask for one of its own classes.
    registry.registerMetric({ name, get: () => Promise.resolve(read()) } as unknown as Metric)
  }

  observe(value: number): void {
    const bounds = this.#bounds
    let index = 0
    while (index < bounds.length && value > (bounds[index] ?? 0)) index += 1
    this.#counts[index] = (this.#counts[index] ?? 0) + 1
    this.#sum += value
  }

  #values(name: string) {
    let total = 0
    const buckets = [...this.#counts].map((count, index) => {
      total += count
      return { metricName: `${name}_bucket`, labels: { le: this.#bounds[index] ?? '+Inf' }, value: total }
    })
    return [...buckets, { metricName: `${name}_sum`, labels: {}, value: this.#sum }, { metricName: `${name}_count`, labels: {}, value: total }]
  }
}
