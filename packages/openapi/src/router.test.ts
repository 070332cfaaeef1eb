import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createRouter, routerWith, type Match } from './router.ts'

/** A router whose values are the templates with their methods. */
function routes(...written: readonly string[]): (method: string, path: string) => Match<string> {
  const router = createRouter(written.map((value) => ({ method: value.split(' ')[0] ?? '', path: value.split(' ')[1] ?? '', value })))
  return (method, path) => router.match(method, path)
}

function template(match: Match<unknown>): string {
  return match.found === 'route' ? match.template : match.found
}

describe('the router', () => {
  it('finds a template and gives its parameters, decoded once', () => {
    const match = routes('GET /users/{id}/files/{name}')
    expect(match('GET', '/users/7/files/a%20b%252Fc%2Fd')).toEqual({
      found: 'route',
      value: 'GET /users/{id}/files/{name}',
      params: { id: '7', name: 'a b%2Fc/d' },
      template: '/users/{id}/files/{name}',
    })
  })

  it.each([
    ['/users/me', '/users/me'],
    ['/users/you', '/users/{id}'],
    ['/users/m%65', '/users/me'],
    ['/users/me/files', '/users/{id}/files'],
    ['/users/me/', 'nothing'],
    ['/users/', 'nothing'],
    ['/users', 'nothing'],
    ['/a/b/c', '/a/b/{z}'],
    ['/a/b/d', '/a/b/{z}'],
    ['/a/b/e', '/a/b/{z}'],
    ['/a/q/d', '/a/{y}/d'],
    ['/q/b/c', '/{x}/b/c'],
    ['/q/b/d', 'nothing'],
    ['//b/c', 'nothing'],
    ['/', '/'],
    ['/slash/', '/slash/'],
    ['/slash', 'nothing'],
    ['', 'nothing'],
    ['*', 'nothing'],
    ['users/me', 'nothing'],
    ['/Users/me', 'nothing'],
    ['/caf%C3%A9', '/café'],
    ['/space%20d', '/space%20d'],
    ['/one%2Ftwo', '/one%2Ftwo'],
    ['/one/two', 'nothing'],
  ])('%s is %s: concrete before templated, segment by segment, with a way back', (path, expected) => {
    const match = routes(
      'GET /users/me',
      'GET /users/{id}',
      'GET /users/{id}/files',
      'GET /a/b/{z}',
      'GET /a/{y}/d',
      'GET /{x}/b/c',
      'GET /',
      'GET /slash/',
      'GET /café',
      'GET /space%20d',
      'GET /one%2Ftwo',
    )
    expect(template(match('GET', path))).toBe(expected)
  })

  it('goes back where a concrete segment leads nowhere', () => {
    const match = routes('GET /a/{x}/c', 'GET /{y}/b/d', 'GET /{p}/{q}/{r}/e')
    expect(match('GET', '/a/b/c')).toMatchObject({ template: '/a/{x}/c', params: { x: 'b' } })
    expect(match('GET', '/a/b/d')).toMatchObject({ template: '/{y}/b/d', params: { y: 'a' } })
    expect(match('GET', '/a/b/c/e')).toMatchObject({ template: '/{p}/{q}/{r}/e', params: { p: 'a', q: 'b', r: 'c' } })
  })

  it.each([
    ['/report.pdf', '/{name}.{ext}', { name: 'report', ext: 'pdf' }],
    ['/a.b.c', '/{name}.{ext}', { name: 'a.b', ext: 'c' }],
    ['/.c', '/{id}', { id: '.c' }],
    ['/a.', '/{id}', { id: 'a.' }],
    ['/7:cancel', '/{id}:cancel', { id: '7' }],
    ['/7%3Acancel', '/{id}:cancel', { id: '7' }],
    ['/:cancel', '/{id}', { id: ':cancel' }],
    ['/reports:export', '/reports:export', {}],
    ['/v1.2', '/v{major}.{minor}', { major: '1', minor: '2' }],
    ['/v1', '/v{n}', { n: '1' }],
    ['/x(1)', '/x({n})', { n: '1' }],
    ['/ab', '/{id}', { id: 'ab' }],
  ])('%s is %s with templates inside of segments', (path, expected, params) => {
    const match = routes('GET /{name}.{ext}', 'GET /{id}:cancel', 'GET /reports:export', 'GET /{id}', 'GET /v{major}.{minor}', 'GET /v{n}', 'GET /x({n})')
    const found = match('GET', path)
    expect(template(found)).toBe(expected)
    if (found.found === 'route') expect({ ...found.params }).toEqual(params)
  })

  it('lets the path pick the template and the method the entry', () => {
    const match = routes('GET /users/{id}', 'DELETE /users/{id}', 'POST /users/me', 'GET /head', 'HEAD /head', '* /any', 'GET /any')
    expect(match('DELETE', '/users/me')).toEqual({ found: 'method-mismatch', allow: ['POST'], template: '/users/me' })
    expect(match('PUT', '/users/7')).toEqual({ found: 'method-mismatch', allow: ['DELETE', 'GET', 'HEAD'], template: '/users/{id}' })
    expect(match('HEAD', '/users/7')).toMatchObject({ value: 'GET /users/{id}' })
    expect(match('HEAD', '/head')).toMatchObject({ value: 'HEAD /head' })
    expect(match('HEAD', '/any')).toMatchObject({ value: 'GET /any' })
    expect(match('PUT', '/any')).toMatchObject({ value: '* /any' })
    expect(match('get', '/users/7')).toMatchObject({ found: 'method-mismatch' })
  })

  it('takes everything below a path at the lowest precedence', () => {
    const match = routes('* /**', '* /files/**', 'GET /files/{id}', 'GET /{a}/{b}/{c}', '* /{x}/public/**', '* /files/a/b/**')
    expect(template(match('GET', '/'))).toBe('/**')
    expect(template(match('GET', '/x'))).toBe('/**')
    expect(template(match('GET', '/files'))).toBe('/files/**')
    expect(template(match('GET', '/files/'))).toBe('/files/**')
    expect(template(match('GET', '/files/7'))).toBe('/files/{id}')
    expect(template(match('PUT', '/files/7'))).toBe('method-mismatch')
    expect(template(match('GET', '/files/public/x/y'))).toBe('/files/**')
    expect(template(match('GET', '/other/public/x/y'))).toBe('/{x}/public/**')
    expect(template(match('GET', '/files/a/b'))).toBe('/{a}/{b}/{c}')
    expect(template(match('GET', '/files/a/b/c//d'))).toBe('/files/a/b/**')
    expect(match('GET', '/other/public/x/y')).toMatchObject({ params: { x: 'other' } })
  })

  it.each(['/%', '/%z', '/a/%zz', '/%ff', '/%c0%af', '/a/../b', '/a/./b', '/..', '/%2e%2e/b', '/a/%2E', '/x/.%2e'])(
    'calls %s malformed: what it names depends on who reads it',
    (path) => {
      expect(routes('* /**', 'GET /{a}/{b}')('GET', path)).toEqual({ found: 'malformed' })
    },
  )

  it('gives parameters without inherited properties', () => {
    const found = routes('GET /{constructor}/{toString}')('GET', '/a/b')
    expect(found.found === 'route' && 'hasOwnProperty' in found.params).toBe(false)
    expect(found).toMatchObject({ params: { constructor: 'a', toString: 'b' } })
    expect(routes('GET /a')('GET', '/a')).toMatchObject({ params: {} })
  })

  it('keeps a value that is undefined', () => {
    expect(createRouter([{ method: 'GET', path: '/a', value: undefined }]).match('GET', '/a')).toMatchObject({ found: 'route' })
  })

  it('takes templates that differ in names only for one, and gives each entry the names of its own', () => {
    const match = routes('GET /a/{x}', 'PUT /a/{y}', '* /a/{z}', 'GET /b/{x}.{y}', 'PUT /b/{y}.{x}', 'GET /c', 'PUT /%63', 'GET /d/{x}/**', 'PUT /d/{y}/**')
    expect(match('GET', '/a/1')).toMatchObject({ value: 'GET /a/{x}', template: '/a/{x}', params: { x: '1' } })
    expect(match('HEAD', '/a/1')).toMatchObject({ value: 'GET /a/{x}', template: '/a/{x}', params: { x: '1' } })
    expect(match('PUT', '/a/1')).toMatchObject({ value: 'PUT /a/{y}', template: '/a/{y}', params: { y: '1' } })
    expect(match('POST', '/a/1')).toMatchObject({ value: '* /a/{z}', template: '/a/{z}', params: { z: '1' } })
    expect(match('PUT', '/b/1.2')).toMatchObject({ params: { y: '1', x: '2' } })
    expect(match('PUT', '/c')).toMatchObject({ value: 'PUT /%63', template: '/%63' })
    expect(match('PUT', '/d/1/2')).toMatchObject({ value: 'PUT /d/{y}/**', params: { y: '1' } })
    expect(match('PATCH', '/b/1.2')).toEqual({ found: 'method-mismatch', allow: ['GET', 'HEAD', 'PUT'], template: '/b/{x}.{y}' })
  })

  it('refuses entries that match the same requests, the same entry twice, and what it cannot read', () => {
    expect(() => routes('GET /a/{x}', 'PUT /a/{y}', 'PUT /a/{x}')).toThrow(
      new TypeError('`PUT /a/{y}` and `PUT /a/{x}` match the same requests; keep one of them'),
    )
    expect(() => routes('GET /a/{x}.{y}', 'GET /a/{y}.{x}')).toThrow('match the same requests')
    expect(() => routes('GET /a', 'GET /%61')).toThrow('match the same requests')
    expect(() => routes('GET /a/{x}/**', 'GET /a/{y}/**')).toThrow('match the same requests')
    expect(() => routes('GET /a', 'GET /a')).toThrow(new TypeError('`GET /a` is there twice; keep one of them'))
    expect(() => routes('GET /{a')).toThrow(new TypeError('the path template `/{a` cannot be read: a brace has no partner'))
    expect(() => routes('GET a')).toThrow('it does not begin with `/`')
    expect(() => routes('GET /{a}/{a}')).toThrow('it has the parameter `a` twice')
    expect(() => routes('GET /a/{x}', 'GET /a/{y}/b', 'GET /a/{x}/**')).not.toThrow()
  })
})

const segment = fc.constantFrom('a', 'b', '{p}', '{q}', '{p}.{q}', '{p}:x', 'v{p}', '{p}-{q}-{r}', 'a.b', '', 'a%2Fb', '{p}{q}')
const templates = fc.uniqueArray(
  fc.tuple(fc.array(segment, { minLength: 1, maxLength: 4 }), fc.boolean()).map(([segments, below]) => named(`/${segments.join('/')}${below ? '/**' : ''}`)),
  { minLength: 1, maxLength: 12, selector: shapeOf },
)
const piece = fc.oneof(
  fc.constantFrom('a', 'b', 'v1', 'a.b', 'a:x', 'a.b.c', 'x-y-z', '-', '--', '.x', '', 'a%2Fb', '%61', '1-2-3-4', ':x', 'v', 'vv'),
  fc.stringMatching(/^[ab.:v-]{1,6}$/),
)
const path = fc.array(piece, { minLength: 1, maxLength: 5 }).map((parts) => `/${parts.join('/')}`)

/** Every parameter gets a name of its own, because a template may not have one twice. */
function named(text: string): string {
  let count = 0
  return text.replaceAll(/\{\w+\}/g, () => `{n${(count += 1)}}`)
}

function shapeOf(text: string): string {
  return decodeURIComponent(text.replaceAll('%2F', '\0').replaceAll(/\{\w+\}/g, '{}'))
}

/** A template as a list of regular expressions, one for each segment: slow, but what the words say. */
function patterns(text: string): readonly { readonly rank: readonly [number, number, number, string]; readonly pattern: RegExp }[] {
  const parts = text
    .replace(/\/\*\*$/, '')
    .split('/')
    .slice(1)
  return parts.map((part) => {
    const literal = decodeURIComponent(part.replaceAll(/\{\w+\}/g, '\0'))
    const length = literal.replaceAll('\0', '').length
    const kind = literal === '\0' ? 2 : literal.includes('\0') ? 1 : 0
    const source = literal
      .split('\0')
      .map((piece) => piece.replaceAll(/[.*+?^${}()|[\]\\/-]/g, '\\$&'))
      .join('([^]+)')
    return { rank: [kind, -length, literal.split('\0').length, literal.replaceAll('\0', '\0\0')], pattern: new RegExp(`^${source}$`) }
  })
}

/** The template that wins by looking at all of them. */
function naive(all: readonly string[], requested: string): { readonly template: string; readonly params: Readonly<Record<string, string>> } | undefined {
  const raw = requested.slice(1).split('/').map(decodeURIComponent)
  if (raw.some((part) => part === '.' || part === '..')) return undefined
  const candidates = all.flatMap((text) => {
    const below = text.endsWith('/**')
    const list = text === '/**' ? [] : patterns(text)
    if (below ? raw.length < list.length : raw.length !== list.length) return []
    const matches = list.map(({ pattern }, index) => pattern.exec(raw[index] ?? ''))
    if (matches.some((match) => match === null)) return []
    const names = [...text.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name)
    const values = matches.flatMap((match) => match?.slice(1) ?? [])
    return [{ text, below, ranks: list.map(({ rank }) => rank), params: Object.fromEntries(names.map((name, index) => [name, values[index] ?? ''])) }]
  })
  const [best] = candidates.sort((a, b) => Number(a.below) - Number(b.below) || compare(a.ranks, b.ranks))
  return best && { template: best.text, params: best.params }
}

function compare(a: readonly (readonly [number, number, number, string])[], b: typeof a): number {
  for (let index = 0; index < Math.min(a.length, b.length); index += 1) {
    const [one, two] = [a[index], b[index]]
    if (one === undefined || two === undefined) break
    const difference = one[0] - two[0] || (one[0] === 1 ? one[1] - two[1] || one[2] - two[2] : 0) || (one[3] === two[3] ? 0 : one[3] < two[3] ? -1 : 1)
    if (difference !== 0) return difference
  }
  return b.length - a.length
}

describe('the router against a matcher that tries everything', () => {
  it('picks the same template and the same parameters', () => {
    let matched = 0
    fc.assert(
      fc.property(templates, fc.array(path, { minLength: 1, maxLength: 8 }), (all, paths) => {
        const router = createRouter(all.map((text) => ({ method: 'GET', path: text, value: text })))
        for (const requested of paths) {
          const found = router.match('GET', requested)
          const expected = naive(all, requested)
          if (expected !== undefined) matched += 1
          expect(found.found === 'route' ? { template: found.template, params: { ...found.params } } : undefined, `${requested} in ${all.join(' ')}`).toEqual(
            expected,
          )
        }
      }),
      { numRuns: 1500 },
    )
    expect(matched).toBeGreaterThan(1000)
  })

  it('answers the same for paths in any encoding', () => {
    const encode = (text: string): string => [...text].map((char) => (char === '/' ? char : `%${char.charCodeAt(0).toString(16).padStart(2, '0')}`)).join('')
    fc.assert(
      fc.property(templates, fc.stringMatching(/^(?:\/[ab.:v-]{0,5}){1,4}$/), (all, requested) => {
        const router = createRouter(all.map((text) => ({ method: 'GET', path: text, value: text })))
        expect(router.match('GET', encode(requested))).toEqual(router.match('GET', requested))
      }),
    )
  })

  it('never throws, whatever the path', () => {
    fc.assert(
      fc.property(templates, fc.string(), (all, requested) => {
        const router = createRouter(all.map((text) => ({ method: 'GET', path: text, value: text })))
        expect(['route', 'nothing', 'malformed', 'method-mismatch']).toContain(router.match('GET', requested).found)
      }),
    )
  })
})

/** Operations of an API that has `count` of them: collections, items, actions, files and a version in front. */
function many(count: number): readonly { readonly method: string; readonly path: string; readonly value: number }[] {
  return Array.from({ length: count }, (_, index) => {
    const name = `things${index >> 2}`
    const path = [`/v1/${name}`, `/v1/${name}/{id}`, `/v1/{project}/${name}/{id}:verb${index}`, `/v1/${name}/{id}/files/{file}.e${index}`][index % 4] ?? ''
    return { method: 'GET', path, value: index }
  })
}

describe('the cost of a match', () => {
  it('does not grow with the number of operations', () => {
    const visits = [10, 100, 1000, 10_000].map((count) => {
      const { router, visited } = routerWith(many(count))
      return ['/v1/things0/7', '/v1/p/things0/7:verb2', '/v1/things1/7/files/a.e7', '/v1/things1/7/files/none', '/none'].map((requested) => {
        router.match('GET', requested)
        return visited()
      })
    })
    expect(new Set(visits.map((list) => JSON.stringify(list))).size).toBe(1)
    expect(Math.max(...visits.flat())).toBeLessThan(20)
  })

  it('stays small with thousands of templates inside of one segment', () => {
    const entries = Array.from({ length: 10_000 }, (_, index) => ({ method: 'POST', path: `/v1/{name}:verb${index}`, value: index }))
    const { router, visited } = routerWith(entries)
    expect(router.match('POST', '/v1/a:verb9999')).toMatchObject({ value: 9999 })
    expect(visited()).toBeLessThan(10)
  })
})
