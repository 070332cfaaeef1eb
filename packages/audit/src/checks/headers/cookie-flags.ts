import type { CellCheck } from '../../check.ts'
import { fieldValues } from '../../exchange.ts'
import { answered, PASSED } from '../asked.ts'
import { ruleOf } from '../rules.ts'
import type { AuditConfig } from '../../config/config.ts'

const SESSION = /sess|sid$|^sid|auth|token|jwt/i

/** Finds session cookies without their protections, wherever one is set. */
export const cookieFlags: CellCheck = {
  kind: 'cell',
  rule: ruleOf('COOKIE-FLAGS'),
  judge: (cell, { config }) => {
    const asked = answered(cell)
    const cookies = asked === undefined ? [] : fieldValues(asked.response, 'set-cookie').filter((line) => isSession(line, config))
    if (asked === undefined || cookies.length === 0) return undefined
    const wrong = cookies.map((line) => ({ name: nameOf(line), missing: missingIn(line, config) })).find(({ missing }) => missing.length > 0)
    if (wrong === undefined) return PASSED
    return {
      level: 'strong',
      message: `${asked.operation.key} sets the cookie \`${wrong.name}\` without ${wrong.missing.join(', ')}`,
      expected: '`HttpOnly; Secure; SameSite=Lax`',
      observed: `without ${wrong.missing.join(', ')}`,
      evidence: [asked.observed.exchange],
      cause: `${wrong.name} ${wrong.missing.join(' ')}`,
    }
  },
}

function nameOf(line: string): string {
  return line.split('=', 1)[0]?.trim() ?? ''
}

/** A cookie that a persona has as its credentials, or whose name says so; one that is being removed is none. */
function isSession(line: string, { personas }: AuditConfig): boolean {
  const name = nameOf(line)
  if (/;\s*max-age=0\b/i.test(line) || /^[^=]*=\s*(;|$)/.test(line)) return false
  // A token against forged requests is read by scripts on purpose.
  if (/csrf|xsrf/i.test(name)) return false
  return SESSION.test(name) || personas.some(({ credentials }) => 'name' in credentials && credentials.type !== 'apiKey' && credentials.name === name)
}

function missingIn(line: string, { target }: AuditConfig): readonly string[] {
  const has = (attribute: string): boolean => new RegExp(`;\\s*${attribute}\\b`, 'i').test(line)
  // Plain http on the own machine cannot have it.
  const local = target.startsWith('http:')
  return ['HttpOnly', ...(local ? [] : ['Secure']), 'SameSite'].filter((attribute) => !has(attribute))
}
