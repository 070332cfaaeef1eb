/** All that the core may know of a request. */
export interface RequestView {
  readonly method: string
  readonly url: URL
  /** The query of the target, with or without its `?`, where it can be had without parsing the URL. */
  readonly query?: string
  /** Path parameters of the matched route. */
  readonly params: Readonly<Record<string, string>>
  /** Every field line of that name (lower case), in order; `[]` if absent. */
  field(name: string): readonly string[]
}
