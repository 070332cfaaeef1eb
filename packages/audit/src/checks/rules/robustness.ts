import type { RuleTexts } from './text.ts'

/** What can be wrong about how the server takes requests that it does not expect. */
export const ROBUSTNESS_RULES = {
  'ROB-500': {
    title: 'unexpected credentials end in a failure of the server',
    severity: 'medium',
    cwe: [755],
    why: 'What anybody can send must not reach code that breaks at it: failures fill logs and alarms, and sometimes the path after the failure is open.',
    fix: 'Catch what parsing and verifying can throw, and answer 401 or 400.',
  },
  'ROB-STACK': {
    title: 'shows its insides in an error',
    severity: 'medium',
    cwe: [209],
    why: 'Paths, versions and queries in a stack trace tell an attacker what to try next.',
    fix: 'Switch the debug pages off and answer a fixed text with an id; write the trace to the log.',
  },
  'ROB-CRASH': {
    title: 'ends the connection without an answer',
    severity: 'high',
    cwe: [248],
    owasp: ['API4'],
    why: 'A worker that dies takes the requests of others with it. Whoever can repeat the request can keep the service down.',
    fix: 'Find the exception in the log of the process, and catch what the handler can throw.',
  },
  'ROB-HANG': {
    title: 'never answers while others are answered',
    severity: 'medium',
    cwe: [400],
    why: 'Requests that wait hold connections and memory; a few of them are enough to keep everybody else waiting.',
    fix: 'Give everything that a request waits for a time limit, and answer 503 when it is over.',
  },
} as const satisfies RuleTexts
