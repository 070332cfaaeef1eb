/** Equal for templates that differ in the names of their parameters only. */
export function shapeOf(template: string): string {
  return template.replace(/\{[^{}]*\}/g, '{}')
}

/** Names of the parameters of a path template, in their order. */
export function parametersOf(template: string): readonly string[] {
  return [...template.matchAll(/\{([^{}]*)\}/g)].map(([, name = '']) => name)
}

/** Whether a path lies at or below the path of an item, whatever the parameters are called. */
export function isBelow(path: string, item: string): boolean {
  const shape = shapeOf(item)
  const whole = shapeOf(path)
  return whole === shape || whole.startsWith(`${shape}/`)
}

/** Values of parameters under the names that another template has for them. */
export function renamed(values: Readonly<Record<string, string>>, from: string, to: string): Readonly<Record<string, string>> {
  const names = parametersOf(to)
  const pairs = parametersOf(from).flatMap((name, at): [string, string][] => {
    const value = values[name]
    const other = names[at]
    return value === undefined || other === undefined ? [] : [[other, value]]
  })
  return { ...values, ...Object.fromEntries(pairs) }
}

/** The values in a path or an address, if the template fits. */
export function valuesIn(address: string, template: string): Readonly<Record<string, string>> | undefined {
  const path = address.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/]*/i, '').replace(/[?#].*$/, '')
  const given = path.replace(/\/$/, '').split('/')
  const wanted = template.split('/')
  // A server behind a proxy names addresses with another base path than ours.
  const rest = given.slice(Math.max(0, given.length - wanted.length + (wanted[0] === '' ? 1 : 0)))
  const segments = wanted[0] === '' ? wanted.slice(1) : wanted
  if (rest.length !== segments.length) return undefined
  const values: Record<string, string> = {}
  for (const [at, segment] of segments.entries()) {
    const name = /^\{([^{}]*)\}$/.exec(segment)?.[1]
    const value = decoded(rest[at] ?? '')
    if (value === undefined || (name === undefined ? segment !== value : value === '')) return undefined
    if (name !== undefined) values[name] = value
  }
  return values
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}
