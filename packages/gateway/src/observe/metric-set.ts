import { Counter, Gauge, type Registry } from 'prom-client'
import { Distribution } from './tally.ts'

/** Seconds; a decision takes microseconds unless keys or an account are looked up. */
const DECISION_BOUNDS = [0.000025, 0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.01, 0.05, 0.25, 1, 5]
/** Seconds. */
const REQUEST_BOUNDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]

/** How values of several processes become one. */
type Together = 'sum' | 'min' | 'max'

/** The metrics of requests. Labels come from the configuration and from closed lists, never from a caller. */
export function requestMetrics(registry: Registry) {
  const registers = [registry]
  const counter = <L extends string>(name: string, help: string, labelNames: readonly L[]): Counter<L> =>
    new Counter({ name: `countersign_${name}`, help, labelNames: [...labelNames], registers })
  return {
    requests: counter('requests_total', 'Requests that are over.', ['route', 'method', 'outcome', 'status']),
    decisions: counter('decisions_total', 'Decisions about requests.', ['route', 'decision', 'reason', 'scheme']),
    decisionDuration: new Distribution(registry, {
      name: 'countersign_decision_duration_seconds',
      help: 'Time that judging a request took.',
      bounds: DECISION_BOUNDS,
    }),
    requestDuration: new Distribution(registry, {
      name: 'countersign_request_duration_seconds',
      help: 'Time from the first byte of a request to the last byte of its answer.',
      bounds: REQUEST_BOUNDS,
    }),
    authenticationFailures: counter('authn_failures_total', 'Credentials that were presented and not accepted.', ['scheme', 'error']),
    challenges: counter('challenges_total', 'Challenges offered in answers.', ['scheme']),
    upstreamResponses: counter('upstream_responses_total', 'Answers to requests that were let in; `by` tells who made them.', ['api', 'status', 'by']),
    upstreamFailures: counter('upstream_failures_total', 'Requests that were let in and got no answer of the upstream.', ['api', 'failure']),
    throttled: counter('throttled_total', 'Requests refused by a limit.', ['by']),
  }
}

/** The metrics of the process and its surroundings. */
export function stateMetrics(registry: Registry) {
  const registers = [registry]
  const gauge = <L extends string = never>(name: string, help: string, { over, by = [] }: { readonly over: Together; readonly by?: readonly L[] }): Gauge<L> =>
    new Gauge({ name: `countersign_${name}`, help, labelNames: [...by], aggregator: over, registers })
  return {
    keyRefreshes: new Counter({
      name: 'countersign_jwks_refresh_total',
      help: 'Refreshes of the keys of an issuer.',
      labelNames: ['issuer', 'result'],
      registers,
    }),
    keyAge: gauge('jwks_age_seconds', 'Time since the keys of an issuer were fetched.', { over: 'max', by: ['issuer'] }),
    reloadOk: gauge('config_last_reload_successful', 'Whether the last configuration that was read is in force.', { over: 'min' }),
    reloadTime: gauge('config_last_reload_success_timestamp_seconds', 'When a configuration was last put into force.', { over: 'max' }),
    configInfo: gauge('config_info', 'The configuration in force.', { over: 'max', by: ['hash'] }),
    buildInfo: gauge('build_info', 'The program that runs.', { over: 'max', by: ['version', 'node'] }),
    connections: gauge('connections', 'Connections of clients that are open.', { over: 'sum' }),
    storeErrors: new Counter({ name: 'countersign_store_errors_total', help: 'Calls of the store that failed.', registers }),
  }
}
