/** The proxies that can ask for a decision, each in its own way. Apache is not among them: it stands before the gateway as a plain proxy. */
export const DIALECT_NAMES = ['nginx', 'nginx-accel', 'caddy', 'traefik', 'haproxy', 'envoy', 'apisix'] as const

export type DialectName = (typeof DIALECT_NAMES)[number]
