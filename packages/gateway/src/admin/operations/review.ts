import { buildMatrix } from '../../review/matrix.ts'
import { matrixJson } from '../../review/matrix-text.ts'
import { explain } from '../../review/explain.ts'
import { explainJson } from '../../review/explain-text.ts'
import { NOBODY, personaNamed } from '../../review/personas.ts'
import type { AdminOptions } from '../admin-options.ts'
import type { Query } from '../input.ts'
import { operation, type Operations } from '../operation.ts'
import { plain, problem, type Reply } from '../reply.ts'

/** What the configuration in force answers, and why: as `countersign matrix` and `countersign explain` print it with `--json`. */
export function reviewOperations({ review }: Pick<AdminOptions, 'review'>): Operations {
  return {
    getMatrix: operation(async () => {
      const { setup, folder } = review()
      return ofText(matrixJson(await buildMatrix(setup.policy, setup.config), { base: folder }))
    }),
    explain: operation(({ query }) => explained(query, review()), ['method', 'url', 'as', 'from']),
  }
}

async function explained({ method, url, as = NOBODY, from }: Query, { setup, folder }: ReturnType<AdminOptions['review']>): Promise<Reply> {
  const missing = [...(method === undefined ? ['method'] : []), ...(url === undefined ? ['url'] : [])]
  if (method === undefined || url === undefined)
    return problem('malformed-request', { errors: missing.map((member) => ({ member, found: 'nothing', accepted: 'one value' })) })
  if (!/^[A-Za-z]{1,32}$/.test(method))
    return problem('malformed-request', { errors: [{ member: 'method', found: `${method.length} characters`, accepted: 'a method such as `GET`' }] })
  try {
    const persona = personaNamed(setup.config, as)
    const account = await explain(setup.policy, setup.config, { method: method.toUpperCase(), url, persona, ...(from === undefined ? {} : { from }) })
    return ofText(explainJson(account, { base: folder }))
  } catch (error) {
    // What a person passed and cannot be read; the message says what can.
    if (error instanceof TypeError) return problem('malformed-request', { detail: error.message })
    throw error
  }
}

function ofText(text: string): Reply {
  return plain(200, text, 'application/json')
}
