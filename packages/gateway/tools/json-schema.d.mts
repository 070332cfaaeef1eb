import type { GenericSchema } from 'valibot'

/** The JSON Schema (draft 7) of a schema made with `src/config/schema/complaint.ts`. */
export declare function jsonSchemaOf(schema: GenericSchema): Readonly<Record<string, unknown>>
