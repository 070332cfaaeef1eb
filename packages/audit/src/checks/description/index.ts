import type { Check } from '../../check.ts'
import { spec401Noauth } from './spec-401-noauth.ts'
import { spec403No401 } from './spec-403-no401.ts'
import { specAdminPublic } from './spec-admin-public.ts'
import { specAndOr } from './spec-and-or.ts'
import { specBasic } from './spec-basic.ts'
import { specChallengeUndoc } from './spec-challenge-undoc.ts'
import { specDangling } from './spec-dangling.ts'
import { specImplicit } from './spec-implicit.ts'
import { specKeyInQuery } from './spec-key-in-query.ts'
import { specNo401 } from './spec-no401.ts'
import { specNo403 } from './spec-no403.ts'
import { specNo404 } from './spec-no404.ts'
import { specOptional } from './spec-optional.ts'
import { specPlainhttp } from './spec-plainhttp.ts'
import { specUndeclared } from './spec-undeclared.ts'
import { specUnknownScheme } from './spec-unknown-scheme.ts'

export const descriptionChecks: readonly Check[] = [
  spec401Noauth,
  spec403No401,
  specAdminPublic,
  specAndOr,
  specBasic,
  specChallengeUndoc,
  specDangling,
  specImplicit,
  specKeyInQuery,
  specNo401,
  specNo403,
  specNo404,
  specOptional,
  specPlainhttp,
  specUndeclared,
  specUnknownScheme,
]
