// The JSON Schema of `countersign.yaml` from the schema that reads it. Shared by the generator and the test that
// compares; it is not in `src`, because what converts is needed for development only.
import { toJsonSchema } from '@valibot/to-json-schema'

const OPTIONS = { typeMode: 'input', errorMode: 'throw', overrideSchema }

export function jsonSchemaOf(schema) {
  const rest = convert(schema)
  return { $schema: 'http://json-schema.org/draft-07/schema#', title: 'countersign.yaml', ...rest }
}

/** Without the definitions of alternatives, which are written out where they stand. */
function convert(schema) {
  const { $defs: _defs, $schema: _schema, ...rest } = toJsonSchema(schema, OPTIONS)
  return rest
}

function overrideSchema({ valibotSchema, jsonSchema }) {
  if (Array.isArray(valibotSchema.alternatives)) return eitherOf(valibotSchema.alternatives)
  if (valibotSchema.type === 'object_with_rest') {
    const { required, ...rest } = jsonSchema
    return { ...rest, ...(required?.length > 0 ? { required } : {}), additionalProperties: false }
  }
  return undefined
}

/** One description for all, where editors look for it. */
function eitherOf(alternatives) {
  const converted = alternatives.map((alternative) => convert(alternative))
  const description = converted.find((one) => one.description !== undefined)?.description
  return { anyOf: converted.map(({ description: _description, ...rest }) => rest), ...(description === undefined ? {} : { description }) }
}
