// Audits real servers that are healthy, and holds what is found against the deviations that they truly have: any other finding of
// level proven or strong is a mistake of the auditor. Packages of npm are installed once into a folder outside of the repository;
// PowerDNS and PostgreSQL are Debian packages. Names on the command line choose servers.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createPersonas, loadAuditConfig, runAudit, type Finding, type Report } from '@countersign/audit'
import { DEVIATIONS, type ServerName } from './deviations.ts'
import { startPowerDns } from './powerdns.ts'
import type { Place, RealServer } from './server.ts'
import { startUnleash } from './unleash.ts'
import { startVerdaccio } from './verdaccio.ts'

const FOLDER = process.env['COUNTERSIGN_CACHE'] ?? join(tmpdir(), 'countersign-audit-real')
/** `node-fetch` has a tag in place of a version somewhere. */
const PACKAGES = {
  name: 'countersign-audit-real',
  private: true,
  dependencies: { verdaccio: '6.8.0', 'unleash-server': '6.10.1' },
  overrides: { 'node-fetch': '2.7.0' },
}

const SERVERS: Readonly<Record<ServerName, (place: Place) => Promise<RealServer>>> = {
  powerdns: startPowerDns,
  verdaccio: startVerdaccio,
  unleash: startUnleash,
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}

async function install(): Promise<void> {
  if (existsSync(join(FOLDER, 'node_modules', 'unleash-server')) && existsSync(join(FOLDER, 'node_modules', 'verdaccio'))) return
  await mkdir(FOLDER, { recursive: true })
  await writeFile(join(FOLDER, 'package.json'), JSON.stringify(PACKAGES))
  print(`installing ${Object.keys(PACKAGES.dependencies).join(' and ')} into ${FOLDER}`)
  const { status } = spawnSync('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: FOLDER,
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  if (status !== 0) throw new Error(`npm install ended with ${status} in ${FOLDER}`)
}

/** One audit in the mode `safe`. */
async function audit(server: RealServer, folder: string): Promise<Report> {
  const file = join(folder, 'audit.yaml')
  await writeFile(file, `${server.yaml}rate: 0\nmaxRequests: 20000\n`)
  const { config, diagnostics } = await loadAuditConfig(file)
  if (config === undefined) throw new Error(diagnostics.map(({ place, message }) => `${place.line}: ${message}`).join('\n'))
  const personas = await createPersonas(config, { env: server.secrets, folder })
  return runAudit({ config, personas })
}

/** What counts, as `CHAL-MISSING strong`. */
function counting({ findings }: Report): readonly Finding[] {
  return findings.filter(({ level }) => level !== 'suspected')
}

interface Result {
  readonly passed: number
  readonly failed: number
}

async function examine(name: ServerName): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), `countersign-audit-${name}-`))
  let server: RealServer | undefined
  try {
    server = await SERVERS[name]({ folder, packages: FOLDER })
    const report = await audit(server, folder)
    return tell(name, report)
  } finally {
    await server?.end()
    await rm(folder, { recursive: true, force: true })
  }
}

function tell(name: ServerName, report: Report): Result {
  const { judged, total } = report.coverage
  print(
    `\n${name}: ${report.requests} requests in ${report.seconds.toFixed(1)} s, ${judged} of ${total} cells judged${report.incomplete === undefined ? '' : `, incomplete: ${report.incomplete}`}`,
  )
  const known = DEVIATIONS[name]
  const found = new Set(counting(report).map(({ rule }) => rule.id))
  let failed = report.incomplete === undefined ? 0 : 1
  for (const { rule, level, occurrences } of counting(report)) {
    const why = known[rule.id]
    if (why === undefined) failed += 1
    print(
      `  ${why === undefined ? 'FALSE' : 'true '} ${rule.id} ${level}, ${occurrences.length} times: ${occurrences[0].operation ?? 'the document'} as ${occurrences[0].persona}: ${why ?? occurrences[0].message}`,
    )
  }
  for (const [id, why] of Object.entries(known)) {
    if (found.has(id)) continue
    failed += 1
    print(`  MISSED ${id}: ${why}`)
  }
  return { passed: Object.keys(known).filter((id) => found.has(id)).length + (report.incomplete === undefined ? 1 : 0), failed }
}

async function main(): Promise<void> {
  const names = process.argv.slice(2)
  const chosen = (Object.keys(SERVERS) as ServerName[]).filter((name) => names.length === 0 || names.includes(name))
  if (chosen.length === 0) throw new Error(`there is ${Object.keys(SERVERS).join(', ')}, not ${names.join(', ')}`)
  await install()
  let [passed, failed] = [0, 0]
  for (const name of chosen) {
    const result = await examine(name)
    passed += result.passed
    failed += result.failed
  }
  print(`\n${passed} passed, ${failed} failed`)
  process.exitCode = failed === 0 ? 0 : 1
}

await main()
