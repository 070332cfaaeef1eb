import { NOBODY, type Persona } from './persona.ts'

/** Who comes with nothing. */
export const nobody: Persona = {
  name: NOBODY,
  caretaker: false,
  credentials: async () => undefined,
  renew: () => undefined,
  authorize: async (request) => request,
}
