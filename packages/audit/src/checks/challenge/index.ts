import type { Check } from '../../check.ts'
import { chal407 } from './chal-407.ts'
import { chalBearerError } from './chal-bearer-error.ts'
import { chalBrowserPopup } from './chal-browser-popup.ts'
import { chalCors } from './chal-cors.ts'
import { chalInapplicable } from './chal-inapplicable.ts'
import { chalInconsistent } from './chal-inconsistent.ts'
import { chalLeak } from './chal-leak.ts'
import { chalMetadata } from './chal-metadata.ts'
import { chalMissing } from './chal-missing.ts'
import { chalRealm } from './chal-realm.ts'
import { chalScope401 } from './chal-scope-401.ts'
import { chalScope } from './chal-scope.ts'
import { chalSyntax } from './chal-syntax.ts'
import { chalUndeclared } from './chal-undeclared.ts'

export const challengeChecks: readonly Check[] = [
  chal407,
  chalBearerError,
  chalBrowserPopup,
  chalCors,
  chalInapplicable,
  chalInconsistent,
  chalLeak,
  chalMetadata,
  chalMissing,
  chalRealm,
  chalScope401,
  chalScope,
  chalSyntax,
  chalUndeclared,
]
