import { readFile, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import {
  againstBaseline,
  AuditRefused,
  createPersonas,
  createSecretReader,
  learnedMatrix,
  loadAuditConfig,
  readBaseline,
  redactReport,
  runAudit,
  terminalReport,
  type AuditConfig,
  type AuditOptions,
  type RedactedReport,
  type Report,
} from '@countersign/audit'
import { ConfigurationError, renderDiagnostics, type TextOptions } from '@countersign/gateway'
import { Option } from 'commander'
import { FORMATS, writeReports, type Format } from '../audit/formats.ts'
import { readPolicy } from '../audit/policy.ts'
import { createProgressBar } from '../audit/progress-bar.ts'
import { withExamples, withJson, type AddCommand, type Context, type JsonOption } from '../context.ts'
import { CommandError, EXIT, tellFailure, usage, withInput } from '../failure.ts'
import { hasColor } from '../io.ts'

interface Options extends JsonOption {
  readonly config: string
  readonly mode?: AuditConfig['mode']
  readonly policy?: string
  readonly diffSource?: boolean
  readonly learn?: string
  readonly baseline?: string
  readonly format: Format
  readonly output?: string
  readonly evidence: 'outline' | 'full'
  readonly journal: string
  readonly resume?: boolean
  readonly fresh?: boolean
  readonly cleanUp?: boolean
  readonly iOwn?: string
  readonly label: boolean
}

export const addAudit: AddCommand = (program, context) => {
  const command = withJson(program.command('audit').description('prove from outside where a running API lets in or refuses wrongly'))
  command
    .option('-c, --config <file>', 'what is audited, and who calls', 'audit.yaml')
    .addOption(new Option('--mode <mode>', 'what may be sent; instead of that of the configuration').choices(['plan', 'safe', 'writes', 'full']))
    .option('--policy <file>', 'expect what this countersign.yaml, or this matrix in JSON, says')
    .option('--diff-source', 'hold description, policy and observation against each other')
    .option('--learn <file>', 'write what was observed as a matrix that later runs can expect with --policy')
    .option('--baseline <file>', 'an earlier report in JSON: only what is new counts')
    .addOption(new Option('--format <format>', 'how to print the report').choices(Object.keys(FORMATS)).default('terminal'))
    .option('--output <folder>', 'write the report in every format into this folder')
    .addOption(new Option('--evidence <kind>', 'contents of granted answers as outlines, or in full').choices(['outline', 'full']).default('outline'))
    .option('--journal <file>', 'where is written down what was changed', '.countersign-audit.jsonl')
    .option('--resume', 'go on with the run of the journal')
    .option('--fresh', 'put the journal of a run that did not end aside')
    .option('--clean-up', 'only remove what the run of the journal left')
    .option('--i-own <host>', 'repeat the name of a host that is neither loopback nor private')
    .option('--no-label', 'send no User-Agent and no id of the auditor')
  withExamples(
    command,
    ['countersign audit --mode plan', 'what would be sent, and what stays untested for want of a persona'],
    ['countersign audit --policy countersign.yaml', 'does the API do what the gateway is told?'],
    ['countersign audit --format sarif > audit.sarif', 'for code scanning'],
    ['countersign audit --mode writes --output audit/', 'also writes, on objects that the run makes and removes; every format'],
    ['countersign audit --clean-up', 'after a run that was killed'],
    ['countersign audit --learn matrix.json', 'for an API without any rules: read the matrix, correct it, then'],
    ['countersign audit --policy matrix.json --baseline report.json', 'only what is new ends with 1'],
  )
  command.addHelpText('after', AFTER)
  command.action(context.action((options: Options) => coded(context, () => audit(context, options))))
}

const AFTER = `
Exit codes:
  0  nothing counts
  1  findings of the level and severity of \`failOn\`
  2  the command line or the configuration is wrong, or the host needs --i-own
  3  the target is not there, or a persona is refused
  4  the run did not come to its end, or left something behind`

/** The exit codes of an audit mean more than those of other commands: 1 are findings, so that no failure may end with it. */
async function coded(context: Context, work: () => Promise<number>): Promise<number> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof CommandError && error.code !== EXIT.found) throw error
    const isInput = error instanceof ConfigurationError || (error instanceof Error && 'syscall' in error)
    tellFailure(error, context.io)
    return isInput ? EXIT.usage : INCOMPLETE
  }
}

const INCOMPLETE = 4

async function audit(context: Context, options: Options): Promise<number> {
  if (options.resume === true && options.fresh === true) throw usage('--resume goes on with a run and --fresh puts it aside; pass one of them')
  const file = context.path(options.config)
  const { config, diagnostics } = await loadAuditConfig(file)
  if (config === undefined) {
    context.say(renderDiagnostics(diagnostics, { color: hasColor(context.io.stderr, context.io.env) }))
    return EXIT.usage
  }
  const secrets: (readonly [string, string])[] = []
  const report = await run(context, options, { config, folder: dirname(file), onSecret: (persona, secret) => void secrets.push([persona, secret]) })
  const compared = await withBaseline(context, options, { report, config })
  if (options.learn !== undefined) await writeFile(context.path(options.learn), `${JSON.stringify(learnedMatrix(compared), null, 2)}\n`)
  const redacted = redactReport(compared, { secrets, fullBodies: options.evidence === 'full' })
  await tell(context, options, redacted)
  return redacted.exitCode
}

interface Told {
  readonly config: AuditConfig
  readonly folder: string
  readonly onSecret: (persona: string, secret: string) => void
}

async function run(context: Context, options: Options, { config, folder, onSecret }: Told): Promise<Report> {
  const { env, stderr, signals } = context.io
  const consent = options.iOwn === undefined ? {} : { consent: options.iOwn }
  const policy = options.policy === undefined ? undefined : await readPolicy(context.path(options.policy), config, env)
  const personas = await createPersonas(config, { env, folder, onSecret, ...consent })
  // Tokens that must be refused are secrets like any other until that is shown.
  const supplied = createSecretReader({ env, folder, onSecret: (secret) => onSecret('a supplied token', secret) })
  const bar = createProgressBar(stderr)
  const stop = new AbortController()
  const interrupt = (): void => stop.abort()
  signals.on('SIGINT', interrupt)
  signals.on('SIGTERM', interrupt)
  try {
    return await runAudit({
      config,
      personas,
      secrets: supplied,
      ...consent,
      ...choices(context, options, config),
      ...(policy === undefined ? {} : { policy }),
      compare: options.diffSource === true,
      signal: stop.signal,
      onProgress: (progress) => bar.show(progress),
    })
  } catch (error) {
    if (error instanceof AuditRefused) throw new CommandError(`${error.message}; ${error.hint}`, { code: error.exitCode, cause: error })
    throw error
  } finally {
    bar.clear()
    signals.off('SIGINT', interrupt)
    signals.off('SIGTERM', interrupt)
  }
}

function choices(context: Context, options: Options, config: AuditConfig): Partial<AuditOptions> {
  const { mode = config.mode, resume, fresh, cleanUp, journal, label } = options
  const unfinished = resume === true || cleanUp === true ? 'resume' : fresh === true ? 'put-aside' : undefined
  const needsJournal = mode === 'writes' || mode === 'full' || unfinished !== undefined
  return {
    mode,
    label,
    ...(needsJournal ? { journal: context.path(journal) } : {}),
    ...(unfinished === undefined ? {} : { unfinished }),
    ...(cleanUp === true ? { onlyCleanUp: true } : {}),
  }
}

async function withBaseline(
  context: Context,
  { baseline }: Options,
  { report, config }: { readonly report: Report; readonly config: AuditConfig },
): Promise<Report> {
  if (baseline === undefined) return report
  const path = context.path(baseline)
  const text = await readFile(path, 'utf8')
  const earlier = await withInput(() => readBaseline(text)).catch((error: unknown) => {
    throw error instanceof CommandError ? usage(`${path} is no baseline: ${error.message}`) : error
  })
  return againstBaseline(report, earlier, config)
}

async function tell(context: Context, { format, json, output }: Options, report: RedactedReport): Promise<void> {
  const style: TextOptions = context.text
  const chosen = json === true ? 'json' : format
  context.out(chosen === 'terminal' ? terminalReport(report, style) : FORMATS[chosen].write(report, style))
  if (output === undefined) return
  const files = await writeReports(report, { folder: context.path(output), style })
  context.say(`Wrote ${files.length} files into ${context.path(output)}.\n`)
}
