import { anyone, authenticated, owned, role, type Guard, type Principal } from 'countersign'
import { protectWith } from 'countersign/fetch'
import { expectSame, orders, type Order } from './expect-type.ts'

const ownOrder = owned({
  load: ({ params }) => orders.find(params.id),
  by: (order, { subject }) => order.customer === subject,
})

export function buildHandler(guard: Guard) {
  const protect = protectWith(guard)

  const data = protect(authenticated(), (_request, { principal }) => Response.json({ hello: principal.subject }))
  const admin = protect(role('admin'), () => Response.json({ ok: true }))
  const feed = protect(anyone(), (_request, { principal }) => Response.json({ for: principal?.subject ?? 'everybody' }))
  const order = protect(ownOrder, (_request, access) => Response.json(ownOrder.from(access)))

  return (request: Request): Response | Promise<Response> => {
    const { pathname } = new URL(request.url)
    if (pathname === '/data') return data(request)
    if (pathname === '/admin') return admin(request)
    if (pathname === '/feed') return feed(request)
    const [, id] = /^\/orders\/(\w+)$/.exec(pathname) ?? []
    return id ? order(request, { id }) : new Response(null, { status: 404 })
  }
}

interface Bindings {
  readonly region: string
}

export function buildTypes(guard: Guard) {
  const protect = protectWith(guard)
  protect(role('admin'), (_request, { principal }) => {
    expectSame<typeof principal, Principal>(true)
    return new Response()
  })
  protect(ownOrder, async (_request, access) => {
    const order = ownOrder.from(access)
    expectSame<typeof order, Order>(true)
    return new Response()
  })
  protect(anyone(), (_request, { principal }) => {
    // @ts-expect-error behind anyone() there may be no principal
    return new Response(principal.subject)
  })
  const worker = protect(authenticated(), (_request, { principal }, env: Bindings) => new Response(principal.subject + env.region))
  void worker(new Request('https://api.example/'), {}, { region: 'eu' })
  // @ts-expect-error what the handler takes besides has to be passed
  void worker(new Request('https://api.example/'))
}
