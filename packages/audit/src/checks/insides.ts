/** What no answer should show. */
export interface Insides {
  readonly what: string
  readonly text: string
}

/** Texts that come out of a program by mistake. Words alone are none: an API may speak of anything. */
const SHOWN: readonly (readonly [pattern: RegExp, what: string])[] = [
  [/\bat (?:[\w$.<>[\] ]+ )?\((?:file:\/\/\/|node:|[A-Z]:\\|\/)[^)\n]*:\d+:\d+\)/, 'a stack trace of JavaScript'],
  [/\bat [\w$.]+\([\w$]+\.(?:java|kt|scala|groovy):\d+\)/, 'a stack trace of Java'],
  [/Traceback \(most recent call last\)|File "[^"\n]+\.py", line \d+/, 'a stack trace of Python'],
  [/goroutine \d+ \[[a-z ]+\]:|\.go:\d+ \+0x/, 'a stack trace of Go'],
  [/\bat [\w.<>`]+\([^)\n]*\) in [^\n]+\.cs:line \d+/, 'a stack trace of .NET'],
  [/(?:Fatal error|Warning|Notice): .{1,200} in (?:\/|[A-Z]:\\)[^\n]+\.php(?:\(|:| on line )\d+/, 'an error of PHP'],
  [/\.rb:\d+:in [`'][\w ]+'/, 'a stack trace of Ruby'],
  [/ORA-\d{5}|SQLSTATE\[\w+\]|PG::\w+Error|You have an error in your SQL syntax|SQLITE_(?:ERROR|CONSTRAINT)/, 'an error of the database'],
  [/\b(?:JsonWebTokenError|TokenExpiredError|JWSSignatureVerificationFailed|SignatureVerificationException)\b/, 'the name of an exception'],
  [/\b(?:ECONNREFUSED|ENOTFOUND|EHOSTUNREACH) [\w.:-]+/, 'the address of a server behind'],
]

/** The first thing in a text that shows the insides of a program. */
export function insidesIn(text: string): Insides | undefined {
  for (const [pattern, what] of SHOWN) {
    const found = pattern.exec(text)?.[0]
    if (found !== undefined) return { what, text: found.slice(0, 120) }
  }
  return undefined
}
