import { choice } from './values.ts'

/** What stands under `schemes`. */
export const SCHEMES = ['bearer', 'basic', 'digest', 'apiKey', 'dpop', 'clientCertificate', 'session', 'signature'] as const

/** The name of one of our schemes. */
export const schemeName = (about: string) => choice(about, SCHEMES)
