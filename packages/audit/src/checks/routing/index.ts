import type { Check } from '../../check.ts'
import { routeCond } from './route-cond.ts'
import { routeContent } from './route-content.ts'
import { routeHost } from './route-host.ts'
import { routeRange } from './route-range.ts'
import { routeVariant } from './route-variant.ts'
import { routeWs } from './route-ws.ts'

export const routingChecks: readonly Check[] = [routeCond, routeContent, routeHost, routeRange, routeVariant, routeWs]
