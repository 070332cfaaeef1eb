import { detailsSite, hiddenSite } from '../fixtures/details.ts'
import { now } from '../fixtures/world.ts'
import { authorization, basicly, request, signed, type Rows } from '../situations.ts'

const refused = {
  site: detailsSite,
  reason: 'authorization-details-missing',
  values: { scope: 'payments' },
  members: { required_scopes: ['payments'] },
} as const
const paying = (details?: unknown) => signed({ claims: { scope: 'payments', authorization_details: details } }, { path: '/pay/1' })
const hidden = { path: '/hidden/1' }

/** What a token allows in detail, and what nobody may know of. */
export const detailRows: Rows = {
  'authorization-details-insufficient': [
    { name: 'none at all', ...refused, send: paying() },
    { name: 'of another order', ...refused, send: paying([{ type: 'payment', order: '2' }]) },
    { name: 'of another type', ...refused, send: paying([{ type: 'refund', order: '1' }]) },
    { name: 'of no form', ...refused, send: paying({ type: 'payment', order: '1' }) },
    { name: 'of this order', site: detailsSite, send: paying([{ type: 'refund' }, { type: 'payment', order: '1' }]), passes: true },
  ],
  'unprobeable-resource': [
    { name: 'nothing was sent', site: hiddenSite, send: request(hidden), twin: signed({}, hidden) },
    { name: 'the token has expired', site: hiddenSite, send: signed({ claims: { exp: now() - 600 } }, hidden) },
    { name: 'the password is wrong', site: hiddenSite, send: basicly('olga', 'wrong', { path: '/secret/1' }) },
    { name: 'the credentials cannot be read', site: hiddenSite, send: authorization('Bearer', hidden) },
    { name: 'the scheme is not accepted', site: hiddenSite, send: authorization('Digest username="x"', hidden) },
    { name: 'the role is missing', site: hiddenSite, send: signed({}, hidden) },
    { name: 'the role is there', site: hiddenSite, send: signed({ claims: { roles: ['admin'] } }, hidden), passes: true },
  ],
}
