// Debian's nginx, with one worker and its configuration in a folder of its own.
import { spawn } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { ended, family } from './load.mjs'

/** What everything stands before: 1 kB from memory for any path, 1 MB for `/large`. */
export function upstreamConfig(folder) {
  writeFileSync(join(folder, 'large'), Buffer.alloc(1_000_000, 'x'))
  return (port) => `server {
    listen 127.0.0.1:${port} backlog=1024;
    default_type text/plain;
    location / { return 200 "${'x'.repeat(1024)}"; }
    location = /large { root ${folder}; }
  }`
}

export function proxyConfig(upstream) {
  return (port) => `${poolOf(upstream)}
  server {
    listen 127.0.0.1:${port};
    location / { ${passTo(upstream)} }
  }`
}

/** `auth_request` to a guard that answers 204, 401 or 403. */
export function askingConfig(upstream, guard) {
  return (port) => `${poolOf(upstream)}
  upstream guard { server 127.0.0.1:${guard}; keepalive 64; keepalive_requests 10000000; }
  server {
    listen 127.0.0.1:${port};
    location / { auth_request /-/guard; ${passTo(upstream)} }
    location = /-/guard {
      internal;
      proxy_pass http://guard$request_uri;
      proxy_pass_request_body off;
      proxy_set_header Content-Length "";
      proxy_http_version 1.1;
      proxy_set_header Connection "";
    }
  }`
}

function poolOf(upstream) {
  return `upstream behind { server 127.0.0.1:${upstream}; keepalive 128; keepalive_requests 10000000; }`
}

function passTo() {
  return 'proxy_pass http://behind; proxy_http_version 1.1; proxy_set_header Connection "";'
}

/** Starts nginx on a free port and waits until it answers. */
export async function startNginx(folder, config) {
  mkdirSync(folder, { recursive: true })
  const port = await freePort()
  const file = join(folder, 'nginx.conf')
  writeFileSync(file, whole(folder, config(port)))
  const child = spawn('nginx', ['-c', file, '-p', folder], { stdio: ['ignore', 'ignore', 'inherit'] })
  for (let attempt = 0; attempt < 100; attempt += 1) {
    await setTimeout(50)
    if (child.exitCode !== null) throw new Error(`nginx ended with ${child.exitCode}`)
    if (await fetch(`http://127.0.0.1:${port}/`).catch(() => undefined)) return { port, pids: () => family(child.pid), stop: () => ended(child) }
  }
  throw new Error('nginx did not answer within 5 s')
}

function whole(folder, servers) {
  return `daemon off;
worker_processes 1;
pid ${folder}/nginx.pid;
error_log stderr error;
events { worker_connections 4096; }
http {
  access_log off;
  keepalive_requests 10000000;
  client_max_body_size 10m;
  ${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${folder}/${name};`).join(' ')}
  ${servers}
}
`
}

async function freePort() {
  const server = createServer()
  await new Promise((resolve) => void server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address()
  await new Promise((resolve) => void server.close(resolve))
  return port
}
