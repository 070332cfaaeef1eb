import { jsonOf, shapeOf } from '../observe/fingerprint.ts'
import type { Run } from '../run.ts'
import { answered, entitledTo, type Asked } from './asked.ts'
import { likeness } from './nobody/likeness.ts'

/**
 * Whether a success is a refusal by its content: it has nothing of what those who may get, and either other operations
 * with other data refuse with the same shape, or it says itself that it is an error.
 */
export function looksRefused(asked: Asked, run: Run): boolean {
  const { response } = asked.observed.exchange
  const entitled = entitledTo(asked.operation, run)
  if (asked.observed.class !== 'granted' || response === undefined || entitled === undefined) return false
  if (likeness(response, entitled.response) !== 'other') return false
  return saysError(jsonOf(response)) || isShared(shapeOf(response), asked, run)
}

function saysError(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || !('status' in value)) return false
  return typeof value.status === 'number' && value.status >= 400 && value.status < 600
}

/** Whether the answer to somebody who may not is of this shape elsewhere, too, where the data are of another one. */
function isShared(shape: string, { operation, expected }: Asked, run: Run): boolean {
  return run.cells.some((cell) => {
    const other = cell.expected.class === expected.class ? answered(cell) : undefined
    if (other === undefined || other.operation.path === operation.path || shapeOf(other.response) !== shape) return false
    const entitled = entitledTo(other.operation, run)
    return entitled !== undefined && shapeOf(entitled.response) !== shape
  })
}
