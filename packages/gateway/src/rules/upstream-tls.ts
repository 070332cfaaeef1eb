import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { UpstreamTlsConfig } from '../config/config.ts'
import type { UpstreamTls } from '../proxy/upstream-tls.ts'

/** Reads the files as they are now. Throws what reading them throws; that they fit was tried when the configuration was read. */
export function readUpstreamTls({ ca, certificate, key, serverName }: UpstreamTlsConfig): UpstreamTls {
  const parts = {
    ...(ca === undefined ? {} : { ca: readFileSync(ca) }),
    ...(certificate === undefined ? {} : { cert: readFileSync(certificate) }),
    ...(key === undefined ? {} : { key: readFileSync(key) }),
    ...(serverName === undefined ? {} : { servername: serverName }),
  }
  const hash = createHash('sha256')
  for (const [name, part] of Object.entries(parts)) hash.update(`${name}:${part.length}:`).update(part)
  return { ...parts, id: hash.digest('base64url') }
}
