/** Who will answer for a row that the guard does not answer for yet. */
export type Owner = 'policies (later)' | 'application/audit (issue 7)' | 'never sent'

/**
 * The rows of the decision table that no situation of this suite covers, with their owner and the reason.
 *
 * A test holds this list and the covered rows against the table: together they are all of it, and no row is
 * in both. So the list can only shrink.
 */
export const OWNERS: Readonly<Record<string, readonly [owner: Owner, why: string]>> = {
  'login-form-failed': ['application/audit (issue 7)', 'the login endpoint is the application’s own'],

  'forbidden-property-write': ['application/audit (issue 7)', 'needs the content of the request'],
  'hidden-property-read': ['application/audit (issue 7)', 'needs the content of the response'],
  'list-partly-visible': ['application/audit (issue 7)', 'the query of the application filters'],
  'batch-partly-denied': ['application/audit (issue 7)', 'needs the content of the request'],
  'step-up-by-policy': ['policies (later)', 'needs a policy engine that asks for acr_values'],

  'pdp-unreachable': ['policies (later)', 'needs a policy decision point'],
  'pdp-rejects-us': ['policies (later)', 'needs a policy decision point'],
  'pdp-malformed': ['policies (later)', 'needs a policy decision point'],
  'policy-evaluation-error': ['policies (later)', 'needs a policy engine; what a fact throws is 503'],
  'quota-store-unavailable': ['policies (later)', 'counters of quotas'],

  'graphql-field-denied': ['application/audit (issue 7)', 'the GraphQL server of the application decides fields'],
  'network-login': ['never sent', 'only intercepting proxies send 511'],
}
