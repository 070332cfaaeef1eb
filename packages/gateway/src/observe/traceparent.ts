/** The context of a trace as one party hands it to the next (W3C Trace Context, level 1). */
export interface TraceParent {
  readonly traceId: string
  readonly spanId: string
  readonly flags: number
}

const FORM = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/

/**
 * Reads the lines of a `traceparent` field; `undefined` for anything that the standard calls invalid.
 *
 * More than one line, version `ff`, ids of zeros, upper case and anything behind the flags of version 00 are
 * invalid. W3C Trace Context section 3.2.
 */
export function parseTraceParent(lines: readonly string[]): TraceParent | undefined {
  const [line] = lines
  if (line === undefined || lines.length > 1) return undefined
  const [, version, traceId, spanId, flags, tail] = FORM.exec(line) ?? []
  if (version === undefined || traceId === undefined || spanId === undefined || flags === undefined) return undefined
  if (version === 'ff' || (version === '00' && tail !== undefined) || /^0+$/.test(traceId) || /^0+$/.test(spanId)) return undefined
  return { traceId, spanId, flags: Number.parseInt(flags, 16) }
}

/** Writes a `traceparent` of version 00, with the two flags that are defined. */
export function writeTraceParent({ traceId, spanId, flags }: TraceParent): string {
  return `00-${traceId}-${spanId}-${(flags & 0x03).toString(16).padStart(2, '0')}`
}
