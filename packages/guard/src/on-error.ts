/** A hook of the application must not change an answer, whatever it throws. */
export function quiet(onError: (error: unknown) => void): (error: unknown) => void {
  return (error) => {
    try {
      onError(error)
    } catch (second) {
      printError(second)
    }
  }
}

/** The message is left out: what an application throws may hold a credential. */
export function printError(error: unknown): void {
  // oxlint-disable-next-line no-console -- without `onError` there is no other place, and silence would hide an outage
  console.error(
    `countersign: access could not be decided because of ${error instanceof Error ? error.name : typeof error}; pass \`onError\` to createGuard() to see it`,
  )
}
