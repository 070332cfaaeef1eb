import { ANONYMOUS, nearName, NOBODY, type Config, type Question } from '@countersign/gateway'
import { usage } from './failure.ts'

/** A persona of the configuration by its name. Throws a usage error for one that is not there. */
export function personaOf({ personas }: Pick<Config, 'personas'>, name: string): Question['persona'] {
  const config = Object.hasOwn(personas, name) ? personas[name] : name === NOBODY ? ANONYMOUS : undefined
  if (config !== undefined) return { name, config }
  const names = [...new Set([NOBODY, ...Object.keys(personas)])]
  const meant = nearName(name, names)
  throw usage(
    `there is no persona \`${name}\`; ${meant === undefined ? `there is ${names.map((one) => `\`${one}\``).join(', ')}` : `\`${meant}\` was probably meant`}`,
  )
}
