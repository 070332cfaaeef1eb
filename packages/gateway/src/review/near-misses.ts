import { editDistance } from '@countersign/openapi'
import type { Route } from '../policy/route.ts'

/** A path template that a path did not match, though it nearly did. */
export interface NearMiss {
  readonly template: string
  readonly methods: readonly string[]
  /** What the difference is. */
  readonly difference: string
}

const SHOWN = 3
/** Differences beyond which two paths have nothing to do with each other. */
const FAR = 6

interface Measured extends NearMiss {
  readonly distance: number
}

/** The templates that a path is closest to, the closest first. */
export function nearMisses(path: string, routes: readonly Route[]): readonly NearMiss[] {
  const methods = new Map<string, string[]>()
  for (const { template, method } of routes) methods.set(template, [...(methods.get(template) ?? []), method])
  const measured: Measured[] = []
  for (const [template, of] of methods) {
    const found = measure(path, template)
    if (found !== undefined) measured.push({ template, methods: of, ...found })
  }
  const nearest = measured.toSorted((a, b) => a.distance - b.distance).slice(0, SHOWN)
  return nearest.map(({ template, methods: of, difference }) => ({ template, methods: of, difference }))
}

function measure(path: string, template: string): Pick<Measured, 'difference' | 'distance'> | undefined {
  if (path !== '/' && path.endsWith('/') && measureSegments(path.slice(0, -1), template)?.distance === 0)
    return { difference: 'without the slash at the end', distance: 0.5 }
  const found = measureSegments(path, template)
  return found === undefined || found.distance > FAR ? undefined : found
}

function measureSegments(path: string, template: string): Pick<Measured, 'difference' | 'distance'> | undefined {
  const given = path.split('/').slice(1)
  const wanted = template.split('/').slice(1)
  const missing = wanted.length - given.length
  let distance = 0
  let difference: string | undefined
  for (const [index, segment] of wanted.slice(0, given.length).entries()) {
    const own = given[index] ?? ''
    const away = distanceOf(own, segment)
    // Segments with hardly a letter in common are other words, not misspelt ones.
    if (away > Math.max(2, segment.length / 2)) return undefined
    distance += away
    if (away > 0) difference ??= own === '' ? `\`${segment}\` is empty here` : `\`${segment}\` instead of \`${own}\``
  }
  distance += 2 * Math.abs(missing)
  if (missing !== 0) difference ??= `${Math.abs(missing)} segment${Math.abs(missing) === 1 ? '' : 's'} ${missing > 0 ? 'more' : 'fewer'}`
  return { distance, difference: difference ?? 'the same' }
}

/** Parameters take everything but nothing. */
function distanceOf(own: string, segment: string): number {
  if (segment === '**') return 0
  return segment.includes('{') ? Number(own === '') : editDistance(own, segment)
}
