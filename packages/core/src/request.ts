/** All that the core may know of a request. */
export interface RequestView {
  readonly method: string
  readonly url: URL
  /** Path parameters of the matched route. */
  readonly params: Readonly<Record<string, string>>
  /** Every field line of that name (lower case), in order; `[]` if absent. */
  field(name: string): readonly string[]
}
