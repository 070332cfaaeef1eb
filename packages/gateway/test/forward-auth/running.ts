import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startGateway, type Gateway } from '@countersign/gateway'

export interface Running {
  readonly gateway: Gateway
  /** Where its files are. */
  readonly folder: string
  /** Of the log. */
  readonly lines: string[]
  end(): Promise<void>
}

/** Starts a gateway with a configuration, in a folder of its own with what else is named there. */
export async function startWith(config: string, files: Readonly<Record<string, string>> = {}): Promise<Running> {
  const folder = await mkdtemp(join(tmpdir(), 'countersign-forward-auth-'))
  const lines: string[] = []
  const file = join(folder, 'countersign.yaml')
  await writeFile(file, config)
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text, { mode: 0o600 })
  const gateway = await startGateway({ file, log: { write: (line: string) => lines.push(line) > 0 }, watch: false, environment: {} })
  return {
    gateway,
    folder,
    lines,
    async end() {
      await gateway.close()
      await rm(folder, { recursive: true })
    },
  }
}
