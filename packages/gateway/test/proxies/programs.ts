import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import { delimiter, join } from 'node:path'
import { test } from 'vitest'

/** A real proxy: how it is started in a folder, with the printed configuration. */
export interface Program {
  readonly command: string
  readonly files: (printed: string, folder: string, extra: string) => Readonly<Record<string, string>>
  readonly run: (folder: string) => readonly string[]
}

const MODULES = ['mpm_event', 'authz_core', 'proxy', 'proxy_http', 'headers', 'unixd']

export const PROGRAMS = {
  nginx: {
    command: 'nginx',
    files: (printed, folder) => ({
      'nginx.conf': [
        'daemon off; master_process off; pid nginx.pid; error_log stderr error; events {}',
        `http { access_log off; ${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((one) => `${one}_temp_path ${folder}/${one};`).join(' ')}`,
        'include countersign.conf; }',
      ].join('\n'),
      'countersign.conf': printed,
    }),
    run: (folder) => ['-p', folder, '-c', 'nginx.conf', '-e', 'stderr'],
  },
  caddy: {
    command: 'caddy',
    files: (printed) => ({ Caddyfile: `{\n\tadmin off\n\tauto_https off\n}\n${printed}` }),
    run: (folder) => ['run', '--config', join(folder, 'Caddyfile'), '--adapter', 'caddyfile'],
  },
  haproxy: {
    command: 'haproxy',
    files: (printed, folder, lua) => ({ 'haproxy.cfg': `global\n  lua-load ${folder}/countersign.lua\n${printed}`, 'countersign.lua': lua }),
    run: (folder) => ['-db', '-f', join(folder, 'haproxy.cfg')],
  },
  apache: {
    command: 'apache2',
    files: (printed, folder) => ({
      'apache.conf': [
        `ServerRoot ${folder}`,
        `PidFile ${folder}/pid`,
        `ErrorLog ${folder}/error.log`,
        'ServerName localhost',
        'User nobody',
        ...MODULES.map((name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`).filter((line) => existsSync(line.split(' ')[2] ?? '')),
        printed,
      ].join('\n'),
    }),
    run: (folder) => ['-f', join(folder, 'apache.conf'), '-DFOREGROUND'],
  },
} as const satisfies Record<string, Program>

/** What is printed, and for which program. */
export const PRINTED = [
  ['nginx', 'nginx'],
  ['nginx-accel', 'nginx'],
  ['caddy', 'caddy'],
  ['haproxy', 'haproxy'],
  ['apache', 'apache'],
] as const

/** Says so where a program is not installed; `npm run test:proxies` goes on and fails. */
export function isSkipped(program: keyof typeof PROGRAMS): boolean {
  const { command } = PROGRAMS[program]
  if (isInstalled(command) || process.env['COUNTERSIGN_PROXIES'] === 'required') return false
  test.skip(`${command} is not installed`, () => undefined)
  return true
}

function isInstalled(command: string): boolean {
  return [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin'].some((folder) => existsSync(join(folder, command)))
}

/** Below the ports that systems give away by themselves, so that no other server of a test gets one that is written in a file already. */
const FIRST = 20_000
const COUNT = 12_000
let next = (process.pid * 97) % COUNT

/** A port that nobody listens on at the moment, and that nobody is given by chance. */
export async function freePort(): Promise<number> {
  for (let round = 0; round < 200; round++) {
    const port = FIRST + next
    next = (next + 1) % COUNT
    if (await isFree(port)) return port
  }
  throw new Error('no port is free')
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
}

export interface Started {
  end(): Promise<void>
}

export interface Start {
  readonly folder: string
  readonly printed: string
  /** The script of HAProxy. */
  readonly extra?: string
  readonly port: number
  readonly environment?: Readonly<Record<string, string>>
}

/** Starts a program in a folder and waits until it takes connections. */
export async function startProgram(program: Program, { folder, printed, extra = '', port, environment = {} }: Start): Promise<Started> {
  for (const [name, text] of Object.entries(program.files(printed, folder, extra))) await writeFile(join(folder, name), text)
  const env = { ...process.env, ...environment, PATH: `${process.env['PATH'] ?? ''}:/usr/sbin`, HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder }
  const child = spawn(program.command, program.run(folder), { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (said = (said + chunk.toString()).slice(-4000)))
  for (let round = 0; round < 200; round++) {
    if (child.exitCode !== null) throw new Error(`${program.command} ended with ${child.exitCode}: ${said}`)
    if (await takesConnections(port)) return { end: () => end(child) }
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  await end(child)
  throw new Error(`${program.command} does not take connections: ${said}`)
}

function takesConnections(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy()
      resolve(true)
    })
    socket.on('error', () => resolve(false))
  })
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), 3000)
  await once(child, 'exit')
  clearTimeout(timer)
}
