import type { Config } from '../config/config.ts'
import { printApache } from './apache.ts'
import { printCaddy } from './caddy.ts'
import { printApisix, printEnvoy, printEnvoyGrpc, printTraefik } from './documents.ts'
import { printHaproxy, printHaproxyLua } from './haproxy.ts'
import { printNginx, printNginxAccel } from './nginx.ts'
import { siteOf, type PrintOptions, type Site } from './site.ts'

const PRINTERS = {
  nginx: printNginx,
  'nginx-accel': printNginxAccel,
  caddy: printCaddy,
  haproxy: printHaproxy,
  'haproxy-lua': printHaproxyLua,
  traefik: printTraefik,
  apache: printApache,
  envoy: printEnvoy,
  'envoy-grpc': printEnvoyGrpc,
  apisix: printApisix,
} as const satisfies Record<string, (site: Site) => string>

/** What can be printed. */
export type PrintName = keyof typeof PRINTERS

/** The names, in the order of the help. */
export const PRINT_NAMES = Object.keys(PRINTERS) as readonly PrintName[]

/** The configuration of another proxy for this gateway, ready to be included. Throws a `TypeError` where it could not keep what it promises. */
export function printProxyConfig(name: PrintName, config: Config, options: PrintOptions = {}): string {
  return PRINTERS[name](siteOf(config, options))
}
