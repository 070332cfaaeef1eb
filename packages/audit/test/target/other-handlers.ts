import { randomUUID } from 'node:crypto'
import { invalid, NOT_FOUND, type Handler } from './reply.ts'

export const notices: Handler = ({ state }) => ({ status: 200, body: [...state.notices.values()] })

export const addNotice: Handler = ({ state, principal, body }) => {
  if (typeof body['text'] !== 'string') return invalid('`text` is a text')
  const notice = { id: randomUUID(), author: principal?.subject ?? 'nobody', text: body['text'] }
  state.notices.set(notice.id, notice)
  return { status: 201, body: notice, fields: { Location: `/notices/${notice.id}` } }
}

export const notice: Handler = ({ state, params }) => {
  const found = state.notices.get(params['id'] ?? '')
  return found === undefined ? NOT_FOUND : { status: 200, body: found }
}

export const removeNotice: Handler = ({ state, params }) => (state.notices.delete(params['id'] ?? '') ? { status: 204 } : NOT_FOUND)

export const me: Handler = ({ state, principal, faults }) => {
  const subject = principal?.subject ?? ''
  const body = state.users.get(subject) ?? { id: subject, name: subject, role: 'none' }
  return { status: 200, body, ...(faults.has('grant-kept') ? { fields: { 'Cache-Control': 'public, max-age=60' } } : {}) }
}

export const profile: Handler = ({ state, params }) => {
  const found = state.users.get(params['id'] ?? '')
  return found === undefined ? NOT_FOUND : { status: 200, body: found }
}

export const users: Handler = ({ state }) => ({ status: 200, body: [...state.users.values()] })

export const reports: Handler = () => ({ status: 200, body: { turnover: 1234.5, currency: 'EUR' } })

export const scoped: Handler = () => ({ status: 200, body: { open: 2, delivered: 40 } })

/** Counts again; nothing that is remembered changes. */
export const recount: Handler = () => ({ status: 200, body: { counted: 42 } })

export const survey: Handler = () => ({ status: 200, body: { thanks: true } })

export const stock: Handler = () => ({ status: 200, body: { tea: 12 } })

export const prices: Handler = () => ({ status: 200, body: { tea: 3.5 } })

export const health: Handler = () => ({ status: 200, body: { healthy: true } })

export const settings: Handler = ({ params }) => ({ status: 200, body: { tenant: params['tenant'], theme: params['tenant'] === 'north' ? 'ice' : 'palm' } })

export const about: Handler = () => ({ status: 200, body: { title: 'Orders' } })
