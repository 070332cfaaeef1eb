import type { Check } from '../../check.ts'
import { bflaAccountState } from './bfla-account-state.ts'
import { bflaClienttype, bflaClienttypeWrites } from './bfla-clienttype.ts'
import { bflaHidden } from './bfla-hidden.ts'
import { bflaMethodOverride } from './bfla-method-override.ts'
import { bflaOldversion } from './bfla-oldversion.ts'
import { bflaRole, bflaRoleWrites } from './bfla-role.ts'
import { bflaScopeExtra } from './bfla-scope-extra.ts'
import { bflaScope, bflaScopeWrites } from './bfla-scope.ts'

/** Section 6.9: functions, by role, scope and kind of caller. */
export const functionChecks: readonly Check[] = [
  bflaRole,
  bflaRoleWrites,
  bflaScope,
  bflaScopeWrites,
  bflaScopeExtra,
  bflaMethodOverride,
  bflaHidden,
  bflaOldversion,
  bflaAccountState,
  bflaClienttype,
  bflaClienttypeWrites,
]
