import { valueOf, type SignedMessage } from './components.ts'
import type { ReadSignature } from './signature-fields.ts'

/** The text that was signed; nothing if the message lacks something that the signature covers (RFC 9421 section 2.5). */
export function signatureBase({ components, text }: Pick<ReadSignature, 'components' | 'text'>, message: SignedMessage): string | undefined {
  const lines: string[] = []
  for (const component of components) {
    const value = valueOf(component, message)
    if (value === undefined) return undefined
    lines.push(`${component.identifier}: ${value}`)
  }
  return [...lines, `"@signature-params": ${text}`].join('\n')
}
