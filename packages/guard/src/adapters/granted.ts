import type { Allowed, Principal } from '@countersign/core'

// Not a property of the request: any middleware could overwrite that, and let somebody in.
// A private field put on a foreign object is as unreachable as an entry of a WeakMap, and much cheaper to the garbage collector.
class Own {
  constructor(object: object) {
    return object
  }
}

class Granted extends Own {
  #access: Allowed | undefined

  static put(request: object, access: Allowed): void {
    const stamped = #access in request ? request : new Granted(request)
    stamped.#access = access
  }

  static of(request: object): Allowed | undefined {
    return #access in request ? request.#access : undefined
  }
}

/** Remembers what a request was allowed, under the request object of Node, which all frameworks share. */
export function grant(request: object, access: Allowed): void {
  Granted.put(request, access)
}

export function accessOf(request: object): Allowed {
  const access = Granted.of(request)
  if (access === undefined) throw new TypeError('no access was granted to this request; put protect(…) on its route')
  return access
}

export function principalOf(request: object): Principal {
  const { principal } = accessOf(request)
  if (principal === null) throw new TypeError('this request has no principal; ask for one with authenticated(), or use accessOf() behind anyone() and open()')
  return principal
}
