import type { Requirement } from '@countersign/core'
import type { Place } from '../config/config.ts'

/** One operation behind the gateway, and what it asks for. */
export interface Route {
  readonly api: string
  /** `*` for every method. */
  readonly method: string
  /** As requests name it at the front door, prefix included. */
  readonly template: string
  readonly requirement: Requirement
  /** Where the requirement is written. */
  readonly source: Place
  /** Whether anybody wrote a requirement for it; without one it asks for any accepted credentials. */
  readonly declared: boolean
  readonly operationId?: string
  readonly summary?: string
}

/** `GET /orders/{id}`: how logs, metrics and matrices name a route. */
export function nameOf({ method, template }: Pick<Route, 'method' | 'template'>): string {
  return `${method} ${template}`
}
