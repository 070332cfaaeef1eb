import { readFileSync } from 'node:fs'

/** The version of this package, as logs, metrics and documents name it. */
export const VERSION: string = versionIn(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))

function versionIn(text: string): string {
  const { version } = JSON.parse(text) as { readonly version: string }
  return version
}
