const PRINTED = '[secret]'
const INSPECT = Symbol.for('nodejs.util.inspect.custom')

/** A credential between extraction and verification. Whatever prints it prints `[secret]`. */
export class Secret {
  readonly #value: string

  constructor(value: string) {
    this.#value = value
  }

  /** The credential itself, for the one place that verifies it. */
  reveal(): string {
    return this.#value
  }

  toString(): string {
    return PRINTED
  }

  toJSON(): string {
    return PRINTED
  }

  /** What Node's `util.inspect` and `console.log` show. */
  [INSPECT](): string {
    return PRINTED
  }
}
