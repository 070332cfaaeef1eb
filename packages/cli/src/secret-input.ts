import { createInterface } from 'node:readline'
import { StringDecoder } from 'node:string_decoder'
import { CommandError } from './failure.ts'
import type { Io } from './io.ts'

/** Characters beyond which nobody types a password. */
const LIMIT = 1024

/**
 * Reads a secret: from a terminal twice and without echo, otherwise the first line of standard input.
 *
 * Never from an argument, because every user of the machine can read those.
 */
export async function readSecret(io: Pick<Io, 'stdin' | 'stderr'>, prompt: string): Promise<string> {
  if (io.stdin.isTTY !== true) return firstLine(io)
  const secret = await ask(io, `${prompt}: `)
  if ((await ask(io, 'The same again: ')) !== secret) throw new CommandError('the two are not the same')
  return secret
}

async function firstLine({ stdin }: Pick<Io, 'stdin'>): Promise<string> {
  const lines = createInterface({ input: stdin, crlfDelay: Number.POSITIVE_INFINITY })
  try {
    for await (const line of lines) return line
  } finally {
    lines.close()
  }
  throw new CommandError('standard input is empty; write the password into it, or run this on a terminal')
}

const ENTER = new Set(['\r', '\n'])
const ERASE = new Set(['\u007F', '\b'])
const INTERRUPT = '\u0003'
const END = '\u0004'

function ask({ stdin, stderr }: Pick<Io, 'stdin' | 'stderr'>, prompt: string): Promise<string> {
  stderr.write(prompt)
  stdin.setRawMode?.(true)
  const decoder = new StringDecoder('utf8')
  return new Promise((resolve, reject) => {
    let typed: string[] = []
    const finish = (settle: () => void, rest = ''): void => {
      stdin.off('data', read)
      stdin.setRawMode?.(false)
      stdin.pause()
      if (rest !== '') stdin.unshift(Buffer.from(rest))
      stderr.write('\n')
      settle()
    }
    const read = (chunk: Buffer | string): void => {
      const characters = Array.from(typeof chunk === 'string' ? chunk : decoder.write(chunk))
      for (const [index, character] of characters.entries()) {
        if (ENTER.has(character)) return finish(() => resolve(typed.join('')), characters.slice(index + 1).join(''))
        if (character === INTERRUPT || character === END) return finish(() => reject(new CommandError('given up')))
        if (ERASE.has(character)) typed = typed.slice(0, -1)
        else if (character >= ' ') typed.push(character)
        if (typed.length > LIMIT) return finish(() => reject(new CommandError(`a password has at most ${LIMIT} characters`)))
      }
    }
    stdin.on('data', read)
    stdin.resume()
  })
}
