import { apisix } from './apisix.ts'
import { caddy } from './caddy.ts'
import type { Dialect } from './dialect.ts'
import { envoy } from './envoy.ts'
import { haproxy } from './haproxy.ts'
import type { DialectName } from './names.ts'
import { nginxAccel } from './nginx-accel.ts'
import { nginx } from './nginx.ts'
import { traefik } from './traefik.ts'

/** Every dialect by its name. */
export const DIALECTS: Readonly<Record<DialectName, Dialect>> = { nginx, 'nginx-accel': nginxAccel, caddy, traefik, haproxy, envoy, apisix }
