import { WRONG_CORS } from './cors.ts'
import { WRONG_REFUSALS } from './wrong-refusals.ts'
import { WRONG_REQUESTS } from './wrong-requests.ts'

/**
 * What can be wrong with the target, one small change each, as real APIs have them.
 *
 * This is the mutation test of the auditor: each fault alone must be found, and without any nothing may be.
 * Every check adds its faults to the section where the change is made.
 */
export const FAULTS = {
  // requirements.ts: what a route asks for
  'reports-unguarded': 'GET /admin/reports lost its guard',
  'orders-list-unguarded': 'GET /orders lost its guard',
  'create-unguarded': 'POST /orders lost its guard',
  'reports-role-swapped': 'GET /admin/reports asks for the role support',
  'reports-role-forgotten': 'GET /admin/reports asks for any known caller',
  'users-role-forgotten': 'GET /users asks for any known caller',
  'create-role-forgotten': 'POST /orders asks for any known caller',
  'scope-forgotten': 'GET /scoped asks for no scope',
  'write-scope-forgotten': 'POST /scoped asks for no scope',
  'scope-overdone': 'GET /scoped asks for a scope beyond the documented one',
  'profile-owner-forgotten': 'GET /users/{id} asks for any known caller',
  'tenant-from-path': 'GET /tenants/{tenant}/settings lets in whoever names it',
  'person-forgotten': 'POST /surveys lets machines in',
  'owner-forgotten-on-read': 'GET /orders/{id} does not look whose it is',
  'owner-forgotten-on-replace': 'PUT /orders/{id} does not look whose it is',
  'owner-forgotten-on-update': 'PATCH /orders/{id} does not look whose it is',
  'owner-forgotten-on-delete': 'DELETE /orders/{id} does not look whose it is',
  'owner-forgotten-on-items': 'GET /orders/{id}/items does not look whose order it is',
  'owner-forgotten-on-item': 'GET /orders/{id}/items/{itemId} does not look whose order it is',
  'owner-forgotten-on-item-delete': 'DELETE /orders/{id}/items/{itemId} does not look whose order it is',

  // schemes.ts: who a caller is taken for
  'any-token': 'every bearer token that looks like one is taken for a customer',
  'signature-unchecked': 'tokens are decoded and not verified',
  'alg-none': 'unsigned tokens are accepted',
  'any-password': 'Basic does not compare the password',
  'locked-let-in': 'a locked account is let in',

  // refusals.ts: how a refusal is written
  '403-for-401': 'nobody gets 403 instead of 401',
  '401-for-403': 'a known caller without the role gets 401',
  'refusal-as-200': 'refusals are 200 with an error in the body',
  'refusal-as-500': 'refusals for known callers are 500',
  'challenge-dropped': '401 comes without a challenge',
  'challenge-unreadable': 'the challenge has a quote that does not end',
  'existence-leak': 'a foreign order is 403, an absent one 404',
  'existence-leak-in-text': 'the 404 of a foreign order has another text than that of an absent one',
  'existence-leak-to-nobody': 'nobody gets 404 for an absent order and 401 for one that is there',

  ...WRONG_REFUSALS,
  ...WRONG_REQUESTS,
  ...WRONG_CORS,

  // early.ts: what happens before the guard
  'method-override': 'X-HTTP-Method-Override changes the method after the guard has decided',
  'old-version-open': '/v1 serves orders without a guard',
  'hidden-read': 'GET /orders/search, which nobody described, shows all orders',
  'content-before-guard': 'the content of POST /orders is validated before the guard decides',
  'etag-before-guard': 'If-None-Match is compared before the guard decides',
  'cached-by-address': 'an answer to somebody is kept with its query and given to everybody',
  'cached-grant': 'an answer to somebody is kept and given to everybody',

  // handlers: what is done and shown
  'list-unfiltered': 'GET /orders shows the orders of everybody to everybody',
  'filter-trusted': 'GET /orders?customer= shows the orders of whom it names',
  'header-trusted': 'X-Customer on GET /orders shows the orders of whom it names',
  'batch-trusted': 'POST /orders/search shows every order that it names',
  'wrong-parent': 'an item is found under any order',
  'owner-from-body': 'an update takes the owner from the body',
  'owner-from-body-on-create': 'an order belongs to whom the body names',
  'update-takes-over': 'PATCH lets anybody change an order, who then owns it',
  'mass-assignment': 'an order takes members that only the shop may set',
  'grant-kept': 'GET /users/me may be kept by shared caches',
  'private-member-shown': 'customers see the margin of an order',
  'deleted-still-readable': 'a deleted order can still be read by its id',
  'effect-in-spite-of-denial': 'a foreign update is refused after it was done',
  'delete-in-spite-of-denial': 'a foreign deletion is refused after it was done',
  'create-in-spite-of-refusal': 'an order that was not accepted is kept all the same',
  'misleading-success': 'a foreign update is answered with 200 and not done',
} as const satisfies Record<string, string>

export type FaultName = keyof typeof FAULTS

export type Faults = ReadonlySet<FaultName>
