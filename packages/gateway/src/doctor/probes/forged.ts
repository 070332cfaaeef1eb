import { randomBytes } from 'node:crypto'
import { identityFamily } from '../../identity/family.ts'
import { found } from '../compare.ts'
import { NO_ECHO, type Probe } from '../lab.ts'

/** Whether what a caller says about itself comes to the application, in any spelling. */
export const forged: Probe = {
  name: 'forged',
  about: 'fields that say who a caller is, in every spelling',
  async run({ send, echo, caller, config: { identity } }) {
    if (echo === undefined) return { skipped: NO_ECHO }
    const fields = [...identityFamily(identity)].flatMap((name) => spellings(name)).map((name) => [name, `forged-${randomBytes(6).toString('hex')}`] as const)
    const came: string[] = []
    // Apache takes a hundred fields, and others eight kilobytes.
    for (let first = 0; first < fields.length; first += 40) {
      const some = fields.slice(first, first + 40)
      const { body } = await send({ path: echo, fields: [...(caller?.fields ?? []), ...some] })
      came.push(...some.filter(([, value]) => body.includes(value)).map(([name]) => name))
    }
    return came.length === 0 ? [] : [found('identity-forged', `the application got ${list(came)} from the caller`)]
  },
}

function spellings(name: string): readonly string[] {
  const upper = name.replaceAll(/(?:^|-)[a-z]/g, (letter) => letter.toUpperCase())
  return [...new Set([upper, name.replaceAll('-', '_'), upper.replace('-', '_'), name.toUpperCase()])]
}

function list(names: readonly string[]): string {
  return names.length <= 6 ? names.join(', ') : `${names.slice(0, 6).join(', ')} and ${names.length - 6} more`
}
