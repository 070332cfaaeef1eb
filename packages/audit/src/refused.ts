/** An audit that is not begun: what was found, and what would be accepted. Nothing was sent to the target. */
export class AuditRefused extends Error {
  override readonly name = 'AuditRefused'
  readonly hint: string
  /** 2 for what the caller asks for, 3 for a target that is not there. */
  readonly exitCode: 2 | 3

  constructor(message: string, hint: string, { cause, exitCode = 2 }: { readonly cause?: unknown; readonly exitCode?: 2 | 3 } = {}) {
    super(message, { cause })
    this.hint = hint
    this.exitCode = exitCode
  }
}
