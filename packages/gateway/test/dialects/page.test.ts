import { readFileSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { DIALECTS } from '../../src/dialects/index.ts'
import { envoyGrpc } from '../../src/dialects/envoy-grpc.ts'
import { APACHE_SURVIVES } from '../../src/print/apache.ts'

const PAGE = new URL('../../../../docs/forward-auth.md', import.meta.url)

function table(): string {
  const lines = [...Object.values(DIALECTS), envoyGrpc, { name: 'apache', survives: APACHE_SURVIVES }].map(
    ({ name, survives }) => `| ${name} | ${Object.values(survives).join(' | ')} |`,
  )
  return ['| proxy | statuses | challenges | content | other fields | preflight |', '|---|---|---|---|---|---|', ...lines].join('\n')
}

test('the page says what survives; otherwise: UPDATE_DOCS=1 npx vitest run packages/gateway/test/dialects/page.test.ts', () => {
  const text = readFileSync(PAGE, 'utf8')
  const wanted = text.replace(/<!-- table -->[^]*<!-- \/table -->/, () => `<!-- table -->\n\n${table()}\n\n<!-- /table -->`)
  if (process.env['UPDATE_DOCS'] === '1') writeFileSync(PAGE, wanted)
  expect(process.env['UPDATE_DOCS'] === '1' ? wanted : text).toBe(wanted)
})
