import { find, isMap, type Located } from '../located.ts'
import { SCHEMES } from '../schema/scheme-names.ts'
import type { Source } from '../source.ts'
import { checkNamed } from './schemes.ts'

const RIGHTS = ['roles', 'scopes', 'subject', 'acr', 'loggedInFor']

/** Personas come with schemes that there are, and nobody has no rights. */
export function checkPersonas(root: Located, source: Source): void {
  for (const [name, persona] of find(root, ['personas'])?.members ?? []) {
    const at = persona.key ?? persona.start
    if (name === 'anonymous')
      source.error(at, { code: 'reserved-persona', message: '`anonymous` is always there, and is nobody', hint: 'give this persona another name' })
    if (!isMap(persona)) continue
    checkNamed(persona.members.get('scheme'), root, source)
    const rights = RIGHTS.filter((right) => persona.members.has(right))
    if (persona.members.has('scheme') || rights.length === 0 || name === 'anonymous') continue
    const message = `this persona has ${rights.map((right) => `\`${right}\``).join(', ')}, but comes with no scheme`
    source.error(at, { code: 'persona-without-scheme', message, hint: `name its \`scheme\`: ${SCHEMES.map((name) => `\`${name}\``).join(', ')}` })
  }
}
