import type { Check } from '../check.ts'
import { challengeChecks } from './challenge/index.ts'
import { credentialsChecks } from './credentials/index.ts'
import { denialsChecks } from './denials/index.ts'
import { descriptionChecks } from './description/index.ts'
import { effectChecks } from './effects/index.ts'
import { functionChecks } from './functions/index.ts'
import { headersChecks } from './headers/index.ts'
import { nobodyChecks } from './nobody/index.ts'
import { objectChecks } from './objects/index.ts'
import { robustnessChecks } from './robustness/index.ts'
import { routingChecks } from './routing/index.ts'
import { tokensChecks } from './tokens/index.ts'

/** All checks, in the order of reports. */
export const checks: readonly Check[] = [
  ...descriptionChecks,
  ...nobodyChecks,
  ...challengeChecks,
  ...credentialsChecks,
  ...tokensChecks,
  ...denialsChecks,
  ...objectChecks,
  ...functionChecks,
  ...routingChecks,
  ...headersChecks,
  ...effectChecks,
  ...robustnessChecks,
]
