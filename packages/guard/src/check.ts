/** Checks of options: each failure names the option, what was found, and what would be accepted. */

const SHOWN = 60

/** A value in a message: its type and a short text, never a function body or a long credential. */
function shown(value: unknown): string {
  if (value === undefined) return 'missing'
  const text =
    typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : Array.isArray(value) ? 'a list' : `a ${typeof value}`
  return `\`${text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text}\``
}

/** The checks of one function's options. */
export interface Checker {
  refuse(option: string, found: unknown, accepted: string): never
  /** Refuses members that the options do not have: a misspelt option would silently be no option. */
  members(options: unknown, members: readonly string[]): void
  isFunction(option: string, value: unknown, accepted: string): void
  /** Undefined passes: the default stands in for it. */
  seconds(option: string, value: unknown, range: readonly [least: number, most: number]): void
  /** Undefined passes: the default stands in for it. */
  count(option: string, value: unknown, range: readonly [least: number, most: number]): void
}

export function checkerOf(where: string): Checker {
  const refuse = (option: string, found: unknown, accepted: string): never => {
    throw new TypeError(`option \`${option}\` of ${where} is ${shown(found)}; pass ${accepted}`)
  }
  return {
    refuse,
    members(options, members) {
      if (typeof options !== 'object' || options === null || Array.isArray(options))
        throw new TypeError(`${where} got ${shown(options)}; pass an object of options`)
      for (const member of Object.keys(options)) {
        if (!members.includes(member)) throw new TypeError(`${where} has no option \`${member}\`; it has ${members.map((name) => `\`${name}\``).join(', ')}`)
      }
    },
    isFunction(option, value, accepted) {
      if (typeof value !== 'function') refuse(option, value, accepted)
    },
    seconds(option, value, [least, most]) {
      if (value !== undefined && !(typeof value === 'number' && value >= least && value <= most))
        refuse(option, value, `a number of seconds from ${least} to ${most}`)
    },
    count(option, value, [least, most]) {
      if (value !== undefined && !(Number.isSafeInteger(value) && Number(value) >= least && Number(value) <= most))
        refuse(option, value, `a whole number from ${least} to ${most}`)
    },
  }
}
