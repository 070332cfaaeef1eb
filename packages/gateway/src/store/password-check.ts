import { createHmac, randomBytes } from 'node:crypto'
import { hashPassword, verifyPassword } from 'countersign/passwords'
import type { WorkQueue } from './work-queue.ts'

/** Seconds for which a password that was right is not computed again. */
const LIFETIME = 60
const MOST_REMEMBERED = 1000

/** scrypt costs a third of a second and 128 MB, and Basic sends the password with every request. */
export interface PasswordCheck {
  hash(password: string): Promise<string>
  /** Takes as long without a stored hash as with one. Rejects with a `StoreError` if too many wait. */
  verify(user: string, password: string, stored: string | undefined): Promise<boolean>
}

export interface PasswordCheckOptions {
  readonly queue: WorkQueue
  /** Seconds that only go forward. */
  readonly monotonic: () => number
}

/**
 * Remembers which passwords were right, as digests under a key that only this process has ever known. The stored hash
 * is part of what is digested, so whoever changes or removes a password, in whatever process, ends what is remembered of it.
 */
export function createPasswordCheck({ queue, monotonic }: PasswordCheckOptions): PasswordCheck {
  const key = randomBytes(32)
  const proven = new Map<string, number>()
  const under = new Map<string, Promise<boolean>>()
  const nobody = dummyHash()

  async function compute(mark: string, password: string, stored: string): Promise<boolean> {
    const right = await queue.run(() => verifyPassword(password, stored))
    if (right) remember(proven, mark, monotonic() + LIFETIME)
    return right
  }

  return {
    hash: (password) => queue.run(() => hashPassword(password)),
    verify: async (user, password, stored = nobody) => {
      const mark = createHmac('sha256', key)
        .update(JSON.stringify([user, stored, password]))
        .digest('base64')
      if ((proven.get(mark) ?? -Infinity) > monotonic()) return true
      // The same password sent many times at once is computed once.
      const running = under.get(mark)
      if (running !== undefined) return running
      const started = compute(mark, password, stored).finally(() => under.delete(mark))
      under.set(mark, started)
      return started
    },
  }
}

function remember(proven: Map<string, number>, mark: string, until: number): void {
  proven.delete(mark)
  proven.set(mark, until)
  const [oldest] = proven.keys()
  if (proven.size > MOST_REMEMBERED && oldest !== undefined) proven.delete(oldest)
}

/** A hash that belongs to no password and costs what those of `hashPassword` cost. */
function dummyHash(): string {
  const text = (bytes: number) => randomBytes(bytes).toString('base64').replaceAll('=', '')
  return `$scrypt$ln=17,r=8,p=1$${text(16)}$${text(32)}`
}
