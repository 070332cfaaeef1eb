import type { KnownParty } from 'countersign'
import { hashPassword, verifyPassword } from 'countersign/passwords'

/** Who can log in. */
export interface People {
  readonly names: readonly string[]
  /** Whose name and password these are, or nothing. */
  find(name: string, password: string): Promise<KnownParty | undefined>
}

/** The people of the shop, whose passwords are kept as hashes. An application would have them in its database. */
export async function knownPeople(): Promise<People> {
  const stored = new Map([
    ['olga', { hash: await hashPassword('olga-password'), roles: [] }],
    ['adam', { hash: await hashPassword('adam-password'), roles: ['admin'] }],
  ])
  return {
    names: [...stored.keys()],
    async find(name, password) {
      const person = stored.get(name)
      // Takes as long for a name that nobody has.
      const good = await verifyPassword(password, person?.hash)
      return good && person !== undefined ? { subject: name, roles: person.roles } : undefined
    },
  }
}
