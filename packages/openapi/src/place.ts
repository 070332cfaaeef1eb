/** Where something stands in a file; line and column count from 1, columns in UTF-16 units as editors do. */
export interface Place {
  readonly file: string
  readonly line: number
  readonly column: number
}

/** One thing wrong, or worth knowing, about a configuration or an API description. */
export interface Diagnostic {
  readonly severity: 'error' | 'warning'
  /** Stable, in kebab-case: `unknown-scheme`, `security-undeclared`, … */
  readonly code: string
  readonly message: string
  /** What would be accepted, or what was probably meant. */
  readonly hint?: string
  readonly place: Place
  /** The line itself; a window of it if it is long. */
  readonly excerpt?: string
}
