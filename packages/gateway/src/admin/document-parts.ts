/** Roles of the admin API: everything, or reading. */
export const ADMIN_ROLE = 'countersign:admin'
export const READ_ROLE = 'countersign:read'

interface Description {
  readonly id: string
  readonly summary: string
  readonly query?: readonly string[]
  /** The schema of the content, by its name in `components`. */
  readonly body?: string
  /** The schema of the answer; without it there is no content. */
  readonly answer?: string
  readonly created?: boolean
}

const ref = (kind: string, name: string) => ({ $ref: `#/components/${kind}/${name}` })
const content = (schema: string) => ({ 'application/json': { schema: ref('schemas', schema) } })

function operation({ id, summary, query = [], body, answer, created = false }: Description) {
  const done = answer === undefined ? { '204': { description: 'Done' } } : { [created ? '201' : '200']: { description: summary, content: content(answer) } }
  return {
    operationId: id,
    summary,
    ...(query.length === 0 ? {} : { parameters: query.map((name) => ref('parameters', name)) }),
    ...(body === undefined ? {} : { requestBody: { required: true, content: content(body) } }),
    responses: { ...done, '4XX': ref('responses', 'Problem'), '5XX': ref('responses', 'Problem') },
  }
}

/** An operation that changes nothing. */
export function reading(description: Description) {
  return { ...operation(description), 'x-countersign': { roles: [ADMIN_ROLE, READ_ROLE] } }
}

/** An operation that changes something. */
export function changing(description: Description) {
  return { ...operation(description), 'x-countersign': { roles: [ADMIN_ROLE] } }
}

/** An operation that anybody may ask who can reach the port. */
export function unprotected({ id, summary, query = [] }: Pick<Description, 'id' | 'summary' | 'query'>) {
  return {
    operationId: id,
    summary,
    security: [],
    ...(query.length === 0 ? {} : { parameters: query.map((name) => ref('parameters', name)) }),
    responses: {
      '200': { description: 'ok', content: { 'text/plain': { schema: { type: 'string' } } } },
      '503': { description: 'What is wrong, one line each', content: { 'text/plain': { schema: { type: 'string' } } } },
    },
  }
}

/** The parameter of a path that names one entry. */
export function named(name: string, description: string) {
  return { parameters: [{ name, in: 'path', required: true, description, schema: { type: 'string' } }] }
}
