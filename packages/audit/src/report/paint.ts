/** How a text for people is written. */
export interface TextStyle {
  /** Whether the terminal shows colours. */
  readonly color?: boolean
  /** Columns of the terminal; without it nothing is folded. */
  readonly width?: number
  /** The folder from which files are named. */
  readonly base?: string
}

const CODES = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, cyan: 36 } as const

export type Style = keyof typeof CODES
export type Paint = (style: Style, text: string) => string

export function painter({ color = false }: TextStyle): Paint {
  return (style, text) => (color && text !== '' ? `\u001B[${CODES[style]}m${text}\u001B[0m` : text)
}
