import { readFileSync } from 'node:fs'

export interface VectorCase<G, E> {
  readonly title: string
  readonly spec: string
  readonly given: G
  readonly expect: E
}

interface VectorFile<G, E> {
  readonly about: string
  readonly cases: readonly VectorCase<G, E>[]
}

/** The cases of `vectors/{name}.json`. The types are those that the file's `about` promises. */
export function readVectors<G, E>(name: string): readonly VectorCase<G, E>[] {
  const text = readFileSync(new URL(`../../../vectors/${name}.json`, import.meta.url), 'utf8')
  return (JSON.parse(text) as VectorFile<G, E>).cases
}

/** What is wrong with a list of cases as a list: titles that repeat, and cases without title or specification. */
export function irregularities(cases: readonly VectorCase<unknown, unknown>[]): readonly string[] {
  const seen = new Set<string>()
  return cases.flatMap(({ title, spec }) => {
    const repeated = seen.has(title)
    seen.add(title)
    if (repeated) return [`the title repeats: ${title}`]
    if (title.trim() === '') return ['a case has no title']
    return spec.trim() === '' ? [`no specification: ${title}`] : []
  })
}

/** A value as JSON has it: without prototypes, `undefined` and functions. */
export function plainJson(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value))
}
