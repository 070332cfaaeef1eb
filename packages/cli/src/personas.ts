import { personaNamed, type Config, type Question } from '@countersign/gateway'
import { usage } from './failure.ts'

/** A persona of the configuration by its name. Throws a usage error for one that is not there. */
export function personaOf(config: Pick<Config, 'personas'>, name: string): Question['persona'] {
  try {
    return personaNamed(config, name)
  } catch (error) {
    throw error instanceof TypeError ? usage(error.message) : error
  }
}
