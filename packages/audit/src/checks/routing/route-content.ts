import { bypassCheck, replacing } from './bypass.ts'

const TYPES = ['text/html', 'application/xml', 'text/csv', 'application/vnd.api+json']

/** Asks for other media types of what is refused. */
export const routeContent = bypassCheck('ROUTE-CONTENT', {
  risk: 50,
  sends: `for ${TYPES.join(', ')}`,
  detours: (request) => TYPES.map((type) => ({ name: `\`Accept: ${type}\``, request: replacing(request, ['Accept', type]) })),
})
