import type { Check } from '../../check.ts'
import { auth400ForNobody } from './auth-400-for-nobody.ts'
import { auth403ForNobody } from './auth-403-for-nobody.ts'
import { auth404ForNobody } from './auth-404-for-nobody.ts'
import { auth500ForNobody } from './auth-500-for-nobody.ts'
import { authBodyInDenial } from './auth-body-in-denial.ts'
import { authMethodGap } from './auth-method-gap.ts'
import { authOpenPartial } from './auth-open-partial.ts'
import { authOpenWrites } from './auth-open-writes.ts'
import { authOpen } from './auth-open.ts'
import { authOrder } from './auth-order.ts'
import { authRedirect } from './auth-redirect.ts'
import { authSoft } from './auth-soft.ts'

export const nobodyChecks: readonly Check[] = [
  auth400ForNobody,
  auth403ForNobody,
  auth404ForNobody,
  auth500ForNobody,
  authBodyInDenial,
  authMethodGap,
  authOpenPartial,
  authOpenWrites,
  authOpen,
  authOrder,
  authRedirect,
  authSoft,
]
