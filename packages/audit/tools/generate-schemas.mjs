// Writes the published schemas. From the root of the repository, after a build:
//   node packages/audit/tools/generate-schemas.mjs && npm run format
import { mkdirSync, writeFileSync } from 'node:fs'
import { auditFile } from '../dist/config/file.js'
import { reportSchema } from '../dist/report/schema.js'

const SCHEMAS = { audit: auditFile.schema, report: reportSchema }

mkdirSync(new URL('../schema/', import.meta.url), { recursive: true })
for (const [name, schema] of Object.entries(SCHEMAS))
  writeFileSync(new URL(`../schema/${name}.schema.json`, import.meta.url), `${JSON.stringify(schema, null, 2)}\n`)
