import { availableParallelism } from 'node:os'
import type { GuessingLimits } from 'countersign'
import { StoreError, type Awaitable, type Store } from '../store.ts'
import { createWorkQueue } from '../work-queue.ts'
import { createAuditTrail } from './audit.ts'
import { backUp, type BackupSource } from './backup.ts'
import type { Context } from './context.ts'
import { createDecisions, type DecisionRing } from './decisions.ts'
import { after } from './line.ts'
import { createFailures } from './failures.ts'
import { createKeys } from './keys.ts'
import { identityOf } from './location.ts'
import { createPasswords } from './passwords.ts'
import { createPrincipals } from './principals.ts'
import { createRevocations } from './revocations.ts'
import { createSigning } from './signing.ts'

/** Password checks that may wait. With two at a time, and a third of a second each, the last waits some five seconds. */
const WAITING = 32

export interface Assembly {
  readonly decisions: number
  readonly guessing: GuessingLimits
  readonly readOnly: boolean
  readonly backup: BackupSource
}

/** Puts the store together on two open connections. */
export function assemble(context: Context, { decisions: size, guessing, readOnly, backup }: Assembly): Store {
  const { durable, swift, audit } = context
  const check = checking(context, readOnly)
  const decisions = createDecisions(context, size)
  const revocations = createRevocations(context)
  // Never all threads of the pool: files and names of hosts are read there too.
  const queue = createWorkQueue({ running: Math.min(2, availableParallelism()), waiting: WAITING })
  let closed: Promise<void> | undefined
  return {
    keys: createKeys(context),
    passwords: createPasswords(context, queue),
    principals: createPrincipals(context),
    revocations,
    decisions,
    audit: createAuditTrail(durable, audit),
    failures: createFailures(context, { guessing }),
    signing: createSigning(context),
    check: () => after(check(), () => decisions.check()),
    backup: async (file) => {
      await decisions.flush()
      await backUp(file, backup)
    },
    close: () => (closed ??= close(decisions, [queue, decisions, revocations], [swift, durable])),
  }
}

/** Reads and writes for real, in the file that was opened: one that was put in its place meanwhile is not it. */
function checking({ durable, swift, now }: Context, readOnly: boolean): () => Awaitable<void> {
  const identity = identityOf(durable.path)
  const read = swift.prepare("SELECT value FROM meta WHERE name = 'checked'")
  const write = durable.prepare("INSERT INTO meta (name, value) VALUES ('checked', ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value")
  return () => {
    if (identityOf(durable.path) !== identity) {
      throw new StoreError(`the store ${durable.path} was replaced by another file while it was in use; start the gateway again`)
    }
    return after(readOnly ? undefined : durable.write(() => void write.run(String(now()))), () => void read.get())
  }
}

interface Part {
  end(): void
}

async function close(decisions: DecisionRing, parts: readonly Part[], connections: readonly { close(): void }[]): Promise<void> {
  try {
    await decisions.flush()
  } finally {
    for (const part of parts) part.end()
    for (const connection of connections) connection.close()
  }
}
