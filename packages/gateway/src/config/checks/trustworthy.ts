import { shown, textOf, type Located } from '../located.ts'
import { isTrustworthy, readUrl } from '../schema/addresses.ts'
import type { Source } from '../source.ts'

/** Says so if something that tokens hang on would be asked for where others can answer; `what` begins the sentence. */
export function checkTrustworthy(asked: Located | undefined, source: Source, what: string): void {
  const url = readUrl(textOf(asked) ?? '')
  if (asked === undefined || url === undefined || isTrustworthy(url) || url.protocol !== 'http:') return
  source.error(asked.start, {
    code: 'untrusted-issuer',
    message: `${what} over plain http from ${shown(asked)}`,
    hint: 'pass an https address; http only on the loopback interface',
  })
}
