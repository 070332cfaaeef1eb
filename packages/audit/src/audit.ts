import { readFile } from 'node:fs/promises'
import { loadOpenApi, type ApiDocument } from '@countersign/openapi'
import type { Check } from './check.ts'
import { checks as allChecks } from './checks/index.ts'
import type { AuditConfig } from './config/config.ts'
import { runPhases, type Audit } from './phases.ts'
import { noJournal, objectsLeft, openJournal, type Journal, type JournalOptions } from './journal/journal.ts'
import { createRun } from './live-run.ts'
import { nobody } from './nobody.ts'
import { withOwnership } from './objects/ownership.ts'
import { resourcesOf } from './objects/resources.ts'
import { createObjects } from './objects/run-objects.ts'
import { createKnowledge } from './observe/knowledge.ts'
import { auditOperations, basePathOf } from './operations.ts'
import type { Persona } from './persona.ts'
import type { SecretReader } from './personas/secret-reader.ts'
import type { Progress } from './progress.ts'
import { AuditRefused } from './refused.ts'
import type { Report } from './report/report.ts'
import { compareSources } from './report/sources.ts'
import { allows, type Mode } from './rule.ts'
import type { Planning } from './run.ts'
import { createSender } from './send/sender.ts'
import { createExpect } from './expect/expect.ts'
import type { ExpectedMatrix } from './expect/policy.ts'
import { admitTarget } from './target/admit.ts'

export interface AuditOptions {
  readonly config: AuditConfig
  /** Instead of that of the configuration. */
  readonly mode?: Mode
  /** Those of the configuration, with their credentials; nobody is not among them. */
  readonly personas: readonly Persona[]
  /** What the gateway's policy, or a matrix that somebody accepted, says; it comes before the description. */
  readonly policy?: ExpectedMatrix
  /** Reads secrets of the configuration beside those of personas; from the environment of the process if nothing is given. */
  readonly secrets?: SecretReader
  /** Instead of all checks. */
  readonly checks?: readonly Check[]
  /** Repeats the name of a host that is neither loopback nor private, or has the name of a production system. */
  readonly consent?: string
  /** Where what was done is written down. A run that may change something needs one. */
  readonly journal?: string
  /** What to do with the journal of a run that did not end; without it, it is an error. */
  readonly unfinished?: JournalOptions['unfinished']
  /** Removes what the run of the journal left, and does nothing else. */
  readonly onlyCleanUp?: boolean
  /** Whether requests carry a `User-Agent` and an id of their own; by default they do. */
  readonly label?: boolean
  /** Whether the report holds description, policy and observation against each other. */
  readonly compare?: boolean
  readonly signal?: AbortSignal
  readonly onProgress?: (progress: Progress) => void
}

/**
 * Audits a running API: proves where it answers 401 and 403 wrongly, and says what it could not find out.
 *
 * Rejects with an `AuditRefused` if it is not begun: a target that is not ours to probe, a document that cannot be read,
 * a journal of a run that did not end. Whatever happens after that is in the report.
 */
export async function runAudit(options: AuditOptions): Promise<Report> {
  const { config, signal = new AbortController().signal } = options
  // What a run left is removed by writing, whatever this one was meant to do.
  const mode = options.onlyCleanUp === true ? 'writes' : (options.mode ?? config.mode)
  const origin = await admitTarget(config.target, options.consent)
  const document = await loadDocument(config.openapi)
  const operations = auditOperations(document, config)
  const written = createExpect({ ...config, ...(options.policy === undefined ? {} : { policy: options.policy }) })
  const expect = withOwnership(written, resourcesOf({ operations, config }))
  const journal = journalFor(options, mode)
  const sender = createSender({
    ...config,
    origin,
    mode,
    journal,
    alive: { method: 'GET', target: `${basePathOf(config)}/`, fields: [] },
    ...(options.label === undefined ? {} : { label: options.label }),
    signal,
  })
  try {
    const report = await runPhases(auditOf(options, { mode, document, operations, expect, sender, journal }))
    return options.compare === true ? { ...report, sources: compareSources(report, { ...options, operations }) } : report
  } finally {
    sender.close()
    journal.close()
  }
}

type Prepared = Pick<Planning, 'mode' | 'document' | 'operations' | 'expect'> & Pick<Audit, 'sender' | 'journal'>

/** What the phases of a run share. */
function auditOf({ config, personas, checks = allChecks, secrets, ...options }: AuditOptions, prepared: Prepared): Audit {
  const { mode, document, operations, expect, sender, journal } = prepared
  const knowledge = createKnowledge()
  const planningFor = (usable: readonly Persona[]): Planning => ({
    config,
    mode,
    document,
    operations,
    personas: [nobody, ...usable],
    nobody,
    expect,
    ...(secrets === undefined ? {} : { secrets }),
  })
  return {
    options: { config, mode, checks, onlyCleanUp: options.onlyCleanUp === true, onProgress: options.onProgress ?? (() => undefined) },
    document,
    operations,
    personas,
    sender,
    journal,
    knowledge,
    createObjects: (usable) => createObjects(planningFor(usable)),
    createRun: (usable, { objects, cells, skew }) =>
      createRun({ planning: planningFor(usable), sender, objects, journal, knowledge, cells, seed: journal.hash('markers'), skew }),
  }
}

async function loadDocument(file: string): Promise<ApiDocument> {
  const document = await loadOpenApi(file, { read: async (path) => readFile(path, 'utf8'), details: true })
  const [first] = document.diagnostics.filter(({ severity }) => severity === 'error')
  if (document.operations.length > 0) return document
  throw new AuditRefused(
    first === undefined ? `\`${file}\` has no operations` : `${first.place.file}:${first.place.line}:${first.place.column} ${first.message}`,
    first?.hint ?? 'name an OpenAPI document with paths',
  )
}

function journalFor({ config, journal: file, unfinished }: AuditOptions, mode: Mode): Journal {
  if (mode === 'plan') return noJournal()
  if (file === undefined) {
    if (!allows(mode, 'writes')) return noJournal()
    throw new AuditRefused(`the mode \`${mode}\` needs a journal`, 'name a file, so that what is made can be removed whatever happens')
  }
  const journal = openJournal({ file, target: config.target, mode, now: Date.now, ...(unfinished === undefined ? {} : { unfinished }) })
  const left = objectsLeft(journal.earlier).length
  // A run that may remove nothing would end the journal that knows of them.
  if (left === 0 || allows(mode, 'writes')) return journal
  journal.close()
  throw new AuditRefused(`the run of \`${file}\` left ${left} objects, which the mode \`${mode}\` may not remove`, 'go on in the mode `writes`')
}
