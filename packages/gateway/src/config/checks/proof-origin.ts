import { find, items, type Located, type LocatedMap } from '../located.ts'
import type { Source } from '../source.ts'

/** The host of a request is a word of the caller: with it, what somebody made for another server would be good here. */
export function checkProofOrigin(
  root: Located,
  source: Source,
  { scheme, name, what }: { readonly scheme: LocatedMap; readonly name: string; readonly what: string },
): void {
  const origin = scheme.members.get('origin')
  if (origin === undefined ? items(find(root, ['apis'])).every((api) => items(api.members.get('hosts')).length > 0) : items(origin).length > 0) return
  source.error(origin?.key ?? scheme.key ?? scheme.start, {
    code: 'no-origin',
    message: `\`${name}\` has no \`origin\`, and not every API has \`hosts\`, so it is not known which address ${what} are for`,
    hint: 'pass the origin that callers use, such as `https://api.example`',
  })
}
