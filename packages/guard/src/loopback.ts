/** Whether a host of a URL is on the loopback interface, where nobody else can answer (RFC 6890). */
export function isLoopback({ hostname }: URL): boolean {
  return /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/.test(hostname)
}
