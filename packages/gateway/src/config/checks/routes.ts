import { isMap, isOn, items, shown, textOf, type Located } from '../located.ts'
import { parametersOf } from '../schema/names.ts'
import type { Source } from '../source.ts'
import { checkNamed } from './schemes.ts'

/** The routes of one API: none twice, and none that contradicts itself. */
export function checkRoutes(routes: readonly Located[], root: Located, source: Source): void {
  const seen = new Map<string, Located>()
  for (const route of routes) {
    if (!isMap(route)) continue
    checkTwice(route, source, seen)
    checkOpen(route, source)
    checkOwner(route, source)
    checkNamed(route.members.get('schemes'), root, source)
  }
}

/** One method of a route and all of another's are no conflict: the method that is named comes first. */
function checkTwice(route: Located, source: Source, seen: Map<string, Located>): void {
  const path = route.members.get('path')
  const template = textOf(path)
  if (path === undefined || template === undefined) return
  const methods = items(route.members.get('methods')).map((method) => textOf(method)?.toUpperCase() ?? 'something else')
  for (const method of new Set(methods.length === 0 ? ['every method'] : methods)) {
    const key = `${method} ${template.replaceAll(/\{[^{}]*\}/g, '{}')}`
    const other = seen.get(key)
    if (other === undefined) seen.set(key, route)
    else {
      const message = `${shown(path)} has ${method === 'every method' ? 'another route' : 'another route for this method'} in line ${source.placeOf(other.start).line}`
      source.error(path.start, { code: 'duplicate-route', message, hint: 'join the two into one' })
      return
    }
  }
}

const ASKED = ['roles', 'scopes', 'schemes', 'recent', 'acr', 'owner', 'user', 'bound', 'unprobeable', 'conceal']

function checkOpen(route: Located, source: Source): void {
  const [open, anyone] = [isOn(route.members.get('open')), isOn(route.members.get('anyone'))]
  const node = route.members.get(open ? 'open' : 'anyone')
  if (node === undefined || (!open && !anyone)) return
  const at = node.key ?? node.start
  if (open && anyone)
    source.error(at, {
      code: 'open-with-requirements',
      message: '`open` and `anyone` are both on',
      hint: 'with `anyone` credentials are checked where there are some; keep one',
    })
  const asked = ASKED.filter((name) => asks(route.members.get(name)))
  if (asked.length === 0) return
  const message = `a route that lets everybody in cannot ask for ${asked.map((name) => `\`${name}\``).join(', ')}`
  source.error(at, { code: 'open-with-requirements', message, hint: `take \`${open ? 'open' : 'anyone'}\` away, or the other` })
}

function asks(node: Located | undefined): boolean {
  if (node === undefined || node.value === false || node.value === 'false') return false
  return !(Array.isArray(node.value) && node.value.length === 0)
}

function checkOwner(route: Located, source: Source): void {
  const [owner, path] = [route.members.get('owner'), route.members.get('path')]
  const template = textOf(path)
  if (owner === undefined || typeof owner.value !== 'string' || template === undefined) return
  const parameters = parametersOf(template)
  if (parameters.includes(owner.value)) return
  const named = parameters.map((name) => `\`${name}\``).join(' or ')
  const hint = named === '' || path?.written !== undefined ? 'give the path this parameter, as in `/orders/{id}`' : `pass ${named}`
  source.error(owner.start, { code: 'unknown-parameter', message: `${shown(owner)} is no parameter of this path`, hint })
}
