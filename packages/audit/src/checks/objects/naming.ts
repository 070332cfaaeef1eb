import type { Resource } from '../../objects/objects.ts'
import { singularOf } from '../../objects/ids.ts'

const OWNER = /^(x-)?(owner|user|customer|client|account|author|member|subject|created-?by|on-?behalf-?of)([-_]?(id|name))?s?$/i

/** Whether a parameter or a member names whose objects are meant. */
export function namesOwner(name: string, { ownerMembers }: Pick<Resource, 'ownerMembers'>): boolean {
  const bare = name.replace(/^x-/i, '')
  return OWNER.test(name) || ownerMembers.some((member) => member.toLowerCase() === bare.toLowerCase())
}

/** Whether it names an object of a resource: `orderId`, `order_ids`, `X-Order-Id`, or `ids` beside such objects. */
export function namesObject(name: string, { parameter, collection }: Pick<Resource, 'parameter' | 'collection'>): boolean {
  const bare = plain(name)
  const singular = plain(singularOf(collection))
  return [`${singular}id`, `${singular}ids`, ...(parameter === 'id' ? [] : [plain(parameter), `${plain(parameter)}s`])].includes(bare)
}

function plain(name: string): string {
  return name.replace(/^x-/i, '').replace(/[-_]/g, '').toLowerCase()
}
