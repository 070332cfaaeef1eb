export type ServerName = 'powerdns' | 'verdaccio' | 'unleash'

/** What each server truly does otherwise than the standards say, by the id of the check, and how that is known. */
export const DEVIATIONS: Readonly<Record<ServerName, Readonly<Record<string, string>>>> = {
  powerdns: {},
  verdaccio: {},
  unleash: {},
}
