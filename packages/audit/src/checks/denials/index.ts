import type { Check } from '../../check.ts'
import { deny400 } from './deny-400.ts'
import { deny401ForKnown } from './deny-401-for-known.ts'
import { deny403Leaks } from './deny-403-leaks.ts'
import { deny403NoReason } from './deny-403-no-reason.ts'
import { deny405 } from './deny-405.ts'
import { deny500 } from './deny-500.ts'
import { denyDoc } from './deny-doc.ts'
import { denyInconsistent } from './deny-inconsistent.ts'
import { denyRedirect } from './deny-redirect.ts'
import { denySoft } from './deny-soft.ts'
import { denyStepup } from './deny-stepup.ts'

export const denialsChecks: readonly Check[] = [
  deny400,
  deny401ForKnown,
  deny403Leaks,
  deny403NoReason,
  deny405,
  deny500,
  denyDoc,
  denyInconsistent,
  denyRedirect,
  denySoft,
  denyStepup,
]
