import type { Located } from '../located.ts'
import type { Source } from '../source.ts'
import { checkApis } from './apis.ts'
import { checkForwardAuth } from './forward-auth.ts'
import { checkGateway } from './gateway.ts'
import { checkIdentity } from './identity.ts'
import { checkPersonas } from './personas.ts'
import { checkResource } from './resource.ts'
import { checkSchemes } from './schemes.ts'

/**
 * Finds what is wrong between members that are each right.
 *
 * Looks at the file as it is written and passes over what has the wrong type, so that it tells what it knows
 * even where the schema found something.
 */
export function checkFile(root: Located, source: Source): void {
  for (const check of [checkGateway, checkSchemes, checkResource, checkApis, checkIdentity, checkPersonas, checkForwardAuth]) check(root, source)
}
