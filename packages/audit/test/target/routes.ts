import { allOf, anyOf, authenticated, open, owned, role, scope, user, type Requirement } from 'countersign'
import type { FaultName, Faults } from './faults.ts'
import * as orders from './order-handlers.ts'
import * as others from './other-handlers.ts'
import type { Handler } from './reply.ts'
import type { Order, State } from './state.ts'

/** One operation of the target: what it asks for, and what it does. */
export interface Route {
  readonly method: string
  /** `/orders/{id}`. */
  readonly path: string
  readonly requirement: Requirement
  readonly handle: Handler
}

const ANYBODY = { via: ['Bearer'] } as const
const known = authenticated(ANYBODY)

/** All operations. What they ask for is right unless a fault says otherwise. */
export function routesOf(state: State, faults: Faults): readonly Route[] {
  const asks = requirementsOf(state, faults)
  return [
    { method: 'GET', path: '/orders', requirement: asks.list, handle: orders.list },
    { method: 'POST', path: '/orders', requirement: asks.create, handle: orders.create },
    { method: 'POST', path: '/orders/search', requirement: known, handle: orders.search },
    { method: 'GET', path: '/orders/{id}', requirement: asks.seen('owner-forgotten-on-read'), handle: orders.read },
    {
      method: 'PUT',
      path: '/orders/{id}',
      requirement: faults.has('misleading-success') ? known : asks.changed('owner-forgotten-on-replace'),
      handle: orders.replace,
    },
    {
      method: 'PATCH',
      path: '/orders/{id}',
      requirement: faults.has('update-takes-over') ? known : asks.changed('owner-forgotten-on-update'),
      handle: orders.update,
    },
    { method: 'DELETE', path: '/orders/{id}', requirement: asks.changed('owner-forgotten-on-delete'), handle: orders.remove },
    { method: 'GET', path: '/orders/{id}/items', requirement: asks.seen('owner-forgotten-on-items'), handle: orders.items },
    { method: 'POST', path: '/orders/{id}/items', requirement: asks.changed(), handle: orders.addItem },
    { method: 'GET', path: '/orders/{id}/items/{itemId}', requirement: asks.seen('owner-forgotten-on-item'), handle: orders.item },
    { method: 'PUT', path: '/orders/{id}/items/{itemId}', requirement: asks.changed(), handle: orders.replaceItem },
    { method: 'DELETE', path: '/orders/{id}/items/{itemId}', requirement: asks.changed('owner-forgotten-on-item-delete'), handle: orders.removeItem },
    { method: 'GET', path: '/notices', requirement: known, handle: others.notices },
    { method: 'POST', path: '/notices', requirement: allOf(known, role('customer', 'admin')), handle: others.addNotice },
    { method: 'GET', path: '/notices/{id}', requirement: known, handle: others.notice },
    { method: 'DELETE', path: '/notices/{id}', requirement: asks.ownNotice, handle: others.removeNotice },
    { method: 'GET', path: '/users/me', requirement: known, handle: others.me },
    { method: 'GET', path: '/users/{id}', requirement: asks.profile, handle: others.profile },
    { method: 'GET', path: '/users', requirement: faults.has('users-role-forgotten') ? known : allOf(known, role('admin')), handle: others.users },
    { method: 'GET', path: '/admin/reports', requirement: asks.reports, handle: others.reports },
    { method: 'GET', path: '/scoped', requirement: asks.scoped, handle: others.scoped },
    {
      method: 'POST',
      path: '/scoped',
      requirement: faults.has('write-scope-forgotten') ? known : allOf(known, scope('orders:write')),
      handle: others.recount,
    },
    { method: 'POST', path: '/surveys', requirement: faults.has('person-forgotten') ? known : allOf(known, user()), handle: others.survey },
    { method: 'GET', path: '/tenants/{tenant}/settings', requirement: asks.tenant, handle: others.settings },
    { method: 'GET', path: '/partner/stock', requirement: authenticated({ via: ['ApiKey'] }), handle: others.stock },
    { method: 'GET', path: '/partner/prices', requirement: authenticated({ via: ['Basic'] }), handle: others.prices },
    { method: 'GET', path: '/public/health', requirement: open(), handle: others.health },
    { method: 'GET', path: '/public/about', requirement: open(), handle: others.about },
  ]
}

interface Requirements {
  readonly list: Requirement
  readonly create: Requirement
  readonly profile: Requirement
  readonly reports: Requirement
  readonly scoped: Requirement
  readonly ownNotice: Requirement
  readonly tenant: Requirement
  /** For the owner, the support and administrators. */
  seen(forgotten: FaultName): Requirement
  /** For the owner and administrators. */
  changed(forgotten?: FaultName): Requirement
}

function requirementsOf(state: State, faults: Faults): Requirements {
  const removed = (id: string): Order | undefined => (faults.has('deleted-still-readable') ? state.removed.get(id) : undefined)
  const own = owned({
    load: ({ params }) => state.orders.get(params['id'] ?? '') ?? removed(params['id'] ?? ''),
    by: ({ customer }, { subject }) => customer === subject,
  })
  const resident = owned({ name: 'tenant', load: ({ params }) => params['tenant'], by: (tenant, { claims }) => claims['tenant'] === tenant })
  const notice = owned({
    name: 'author',
    otherwise: 'forbid',
    load: ({ params }) => state.notices.get(params['id'] ?? ''),
    by: ({ author }, { subject }) => author === subject,
  })
  const self = owned({
    name: 'self',
    load: ({ params }) => state.users.get(params['id'] ?? ''),
    by: ({ id }, { subject }) => id === subject,
  })
  const changer = anyOf(allOf(known, role('admin')), allOf(known, own))
  const unless = (fault: FaultName, requirement: Requirement, otherwise: Requirement): Requirement => (faults.has(fault) ? otherwise : requirement)
  return {
    list: unless('orders-list-unguarded', known, open()),
    create: unless('create-unguarded', unless('create-role-forgotten', allOf(known, role('customer', 'admin')), known), open()),
    profile: unless('profile-owner-forgotten', allOf(known, self), known),
    reports: unless(
      'reports-unguarded',
      unless('reports-role-forgotten', unless('reports-role-swapped', allOf(known, role('admin')), allOf(known, role('support'))), known),
      open(),
    ),
    scoped: unless('scope-forgotten', unless('scope-overdone', allOf(known, scope('orders:read')), allOf(known, scope('orders:audit'))), known),
    tenant: unless('tenant-from-path', allOf(known, resident), known),
    ownNotice: allOf(known, anyOf(role('admin'), notice)),
    seen: (forgotten) => unless(forgotten, anyOf(allOf(known, role('admin', 'support')), allOf(known, own)), known),
    changed: (forgotten) => (forgotten === undefined ? changer : unless(forgotten, changer, known)),
  }
}
