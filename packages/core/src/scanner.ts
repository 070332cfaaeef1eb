/** A cursor over one field line: the lexical grammar of RFC 9110 sections 5.6 and 11.2. */
export class Scanner {
  readonly text: string
  position = 0

  constructor(text: string) {
    this.text = text
  }

  atEnd(): boolean {
    return this.position >= this.text.length
  }

  /** Whether nothing but white space stands before the next comma or the end. */
  atElementEnd(): boolean {
    let next = this.position
    while (this.text[next] === ' ' || this.text[next] === '\t') next += 1
    return next >= this.text.length || this.text[next] === ','
  }

  skipWhiteSpace(): void {
    while (this.text[this.position] === ' ' || this.text[this.position] === '\t') this.position += 1
  }

  /** `1*SP`: the only separator that RFC 9110 section 11.4 allows behind a scheme. */
  skipSpaces(): boolean {
    const start = this.position
    while (this.text[this.position] === ' ') this.position += 1
    return this.position > start
  }

  /** Commas and white space between list elements; empty elements are ignored (section 5.6.1.2). */
  skipSeparators(): void {
    while (this.text[this.position] === ',' || this.text[this.position] === ' ' || this.text[this.position] === '\t') this.position += 1
  }

  token(): string | undefined {
    return this.match(/[!#$%&'*+\-.^_`|~0-9A-Za-z]+/y)
  }

  /** A token68 that reaches to the end of its list element; otherwise nothing is consumed. */
  token68(): string | undefined {
    const start = this.position
    const found = this.match(/[A-Za-z0-9\-._~+/]+=*/y)
    if (found !== undefined && this.atElementEnd()) return found
    this.position = start
    return undefined
  }

  /** The unescaped content of a quoted-string, or nothing if it is not closed or holds control characters. */
  quotedString(): string | undefined {
    const found = this.match(/"(?:[\t\x20\x21\x23-\x5B\x5D-\x7E\x80-\xFF]|\\[\t\x20-\x7E\x80-\xFF])*"/y)
    return found?.slice(1, -1).replaceAll(/\\(.)/gs, '$1')
  }

  private match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.position
    const found = pattern.exec(this.text)?.[0]
    if (found !== undefined) this.position += found.length
    return found
  }
}

/** Parameters without a prototype, so that one called `__proto__` or `constructor` is a parameter like any other. */
export function emptyParams(): Record<string, string> {
  const params: unknown = Object.create(null)
  return params as Record<string, string>
}

/** One `auth-param` with its name in lower case; nothing if what comes next is no parameter at all. */
export function readParameter(scanner: Scanner): readonly [name: string, value: string] | 'malformed' | undefined {
  const name = scanner.token()
  if (name === undefined) return undefined
  scanner.skipWhiteSpace()
  if (scanner.text[scanner.position] !== '=') return undefined
  scanner.position += 1
  scanner.skipWhiteSpace()
  const value = scanner.text[scanner.position] === '"' ? scanner.quotedString() : scanner.token()
  return value === undefined ? 'malformed' : [name.toLowerCase(), value]
}
