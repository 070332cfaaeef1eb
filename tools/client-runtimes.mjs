// The essentials of the client under one runtime: a server of Node here, and runtimes/essentials.mjs as the caller there.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const PROGRAM = fileURLToPath(new URL('../runtimes/essentials.mjs', import.meta.url))
// Where the binary stands in its package, and how it is told to run a file. The server is the only address that Deno may ask.
const BINARIES = [
  { path: 'bin/node', args: [] },
  { path: 'bin/bun', args: ['run'] },
  { path: 'deno', args: ['run', '--no-remote', '--node-modules-dir=manual', '--allow-read', '--allow-net=127.0.0.1'] },
]

/** Runs them, and says how many passed, failed and were not run; the program writes a line for each. */
export async function runEssentials(folder, version) {
  const binary = BINARIES.find(({ path }) => existsSync(join(folder, path)))
  if (binary === undefined) throw new Error(`${folder} has no binary of a known runtime`)
  const [server, foreign] = [await listen(answer()), await listen((request, response) => response.end(request.headers.authorization ?? 'nothing'))]
  server.foreign = foreign.origin
  try {
    const { status, lines } = await start(join(folder, binary.path), [...binary.args, PROGRAM, server.origin, foreign.origin])
    const passed = lines.filter((line) => line.startsWith('ok ')).length
    const refused = lines.filter((line) => line.startsWith('not ok ')).length
    const notRun = lines.filter((line) => line.startsWith('not run: ')).length
    // A program that ends early, or does nothing, has no check that could fail.
    const failed = refused === 0 && (status !== 0 || passed === 0) ? 1 : refused
    console.log(`${lines.join('\n')}\n${binary.path.split('/').at(-1)} ${version}: ${passed} passed, ${failed} failed, ${notRun} not run\n`)
    return { passed, failed, notRun }
  } finally {
    await Promise.all([server.close(), foreign.close()])
  }
}

function start(file, args) {
  const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'inherit'], timeout: 60_000 })
  let text = ''
  child.stdout.on('data', (chunk) => (text += chunk))
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (status) => resolve({ status, lines: text.split('\n').filter((line) => line !== '') }))
  })
}

async function listen(listener) {
  const server = createServer(listener)
  await new Promise((resolve) => void server.listen(0, '127.0.0.1', resolve))
  const close = () =>
    new Promise((resolve) => {
      server.close(resolve)
      server.closeAllConnections()
    })
  return { origin: `http://127.0.0.1:${server.address().port}`, close }
}

/** A server with one address for each essential; `/times/x` says how often x was asked. */
function answer() {
  const times = new Map()
  return (request, response) => {
    const { pathname, searchParams } = new URL(request.url, 'http://127.0.0.1')
    const count = times.get(pathname) ?? 0
    times.set(pathname, count + 1)
    request.resume()
    const token = request.headers.authorization ?? ''
    const end = (status, fields = {}, body = '') => response.writeHead(status, fields).end(body)
    if (pathname.startsWith('/times')) end(200, {}, String(times.get(pathname.slice('/times'.length)) ?? 0))
    else if (pathname.startsWith('/renew')) setTimeout(() => end(200, {}, `new${count}`), 20)
    else if (pathname === '/away') end(302, { location: searchParams.get('to') })
    else if (pathname === '/forbidden') end(403)
    else if (pathname === '/later') end(count === 0 ? 503 : 200, count === 0 ? { 'retry-after': '0' } : {})
    else if (pathname === '/basic') end(token.startsWith('Basic ') ? 200 : 401, { 'www-authenticate': 'Basic realm="a"' })
    else if (pathname === '/scope' && !token.endsWith('write')) end(403, { 'www-authenticate': 'Bearer error="insufficient_scope", scope="write"' })
    else if (token.startsWith('Bearer old')) end(401, { 'www-authenticate': 'Bearer error="invalid_token"' })
    else end(200, {}, token)
  }
}
