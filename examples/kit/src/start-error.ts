/** Something that keeps the program from starting; the message is one line for whoever started it. */
export class StartError extends Error {
  override readonly name = 'StartError'
  readonly exitCode: 1 | 2

  /** 2 for a wrong argument or variable, 1 for everything else. */
  constructor(message: string, exitCode: 1 | 2 = 1) {
    super(message)
    this.exitCode = exitCode
  }
}
