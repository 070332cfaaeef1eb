/** Whether a value is an origin, written as browsers write it: `https://app.example`, without a path (RFC 6454 section 6.2). */
export function isOrigin(value: unknown): value is string {
  return typeof value === 'string' && URL.canParse(value) && new URL(value).origin === value
}
