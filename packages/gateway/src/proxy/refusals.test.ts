import { describe, expect, test } from 'vitest'
import { PROBLEMS } from '@countersign/core'
import { REFUSALS, refusal, type RefusalSlug } from './refusals.ts'

// The keys of a table are its slugs.
const slugs = Object.keys(REFUSALS) as RefusalSlug[]

describe('every refusal at message level', () => {
  test.each(slugs)('%s is a problem document that is not stored and challenges nobody', (slug) => {
    const { status, fields, problem } = refusal(slug)
    const names = new Map(fields.map(([name, value]) => [name.toLowerCase(), value]))
    expect(problem).toEqual({ type: slug === 'about:blank' ? slug : `urn:countersign:problem:${slug}`, title: REFUSALS[slug].title, status })
    expect([names.get('cache-control'), names.get('content-type'), names.has('www-authenticate'), names.has('location')]).toEqual([
      'no-store',
      'application/problem+json',
      false,
      false,
    ])
    expect([401, 403, 407]).not.toContain(status)
    expect(names.has('allow')).toBe(status === 405)
    expect(names.has('retry-after')).toBe(status === 503)
  })
})

// RFC 9457 section 3.1.3: the title of a type does not change from one occurrence to another.
test('a problem that the guard sends too has the title that it has there', () => {
  const shared = slugs.filter((slug) => Object.hasOwn(PROBLEMS, slug))
  const titles: Readonly<Record<string, string>> = PROBLEMS
  expect(shared).toContain('request-header-too-large')
  expect(shared.map((slug) => [slug, REFUSALS[slug].title])).toEqual(shared.map((slug) => [slug, titles[slug]]))
})

test('a field that is given stands instead of that of the table', () => {
  expect(refusal('method-not-allowed', [['allow', 'GET']]).fields.filter(([name]) => /^allow$/i.test(name))).toEqual([['allow', 'GET']])
})
