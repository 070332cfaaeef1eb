import * as v from 'valibot'
import { apisSection } from './api-section.ts'
import { leaf, members } from './complaint.ts'
import { forwardAuthSection } from './forward-auth-section.ts'
import { label } from './names.ts'
import { resourceSection } from './resource-section.ts'
import { restSections } from './rest-sections.ts'
import { personasSection, schemesSection } from './schemes-section.ts'

const version = leaf<1>({
  about: 'The version of this format.',
  accepted: '`version: 1`, the only one there is',
  json: { const: 1 },
  read: (input) => (input === 1 ? { value: 1 } : { code: 'unsupported-version' }),
})

/** All of `countersign.yaml`: the one source of what is read, of the messages, and of the JSON Schema for editors. */
export const fileSchema = members('The configuration of a Countersign gateway.', {
  version,
  realm: label('What is protected, as browsers and clients show it in a challenge.', 'a short name, such as `orders`, without quotes and backslashes'),
  ...restSections,
  schemes: schemesSection,
  resource: v.optional(resourceSection),
  apis: apisSection,
  forwardAuth: v.optional(forwardAuthSection),
  personas: v.optional(personasSection, {}),
})

/** A file as it comes out of the schema. */
export type Written = v.InferOutput<typeof fileSchema>
