// Writes `schema/countersign.schema.json`. From the root of the repository, after a build:
//   node packages/gateway/tools/generate-schema.mjs && npm run format
import { mkdirSync, writeFileSync } from 'node:fs'
import { fileSchema } from '../dist/config/schema/file-schema.js'
import { jsonSchemaOf } from './json-schema.mjs'

const target = new URL('../schema/countersign.schema.json', import.meta.url)
mkdirSync(new URL('.', target), { recursive: true })
writeFileSync(target, `${JSON.stringify(jsonSchemaOf(fileSchema), null, 2)}\n`)
