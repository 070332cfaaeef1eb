import type { AuditResponse } from '../exchange.ts'
import type { Run } from '../run.ts'

/** The marker of an object of the run that stands in an answer: with it, it is proven whose data these are. */
export function markerIn({ body }: AuditResponse, { objects, personas }: Run): string | undefined {
  const markers = objects.resources.flatMap((resource) => personas.flatMap((owner) => objects.find(resource, owner)?.marker ?? []))
  return markers.find((marker) => body.includes(marker))
}
