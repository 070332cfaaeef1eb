import type { Response } from 'express'

/** Scripts of this server only, and forms that are sent to it only. */
const POLICY = "default-src 'none'; script-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"

/** Sends a page. */
export function sendPage(res: Response, title: string, content: string): void {
  res.setHeader('Content-Security-Policy', POLICY)
  res.type('html').send(`<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n<title>${escape(title)}</title>\n<h1>${escape(title)}</h1>\n${content}\n`)
}

export const START = '<p><a href="/orders">your orders</a></p>'

/** The form of a login, which remembers the way back. */
export function loginForm(returnTo: string, note = ''): string {
  return form('/login', [
    note === '' ? '' : `<p>${escape(note)}</p>`,
    hidden('return_to', returnTo),
    '<label>name <input name="name" autocomplete="username" required></label>',
    '<label>password <input name="password" type="password" autocomplete="current-password" required></label>',
    '<button>log in</button>',
  ])
}

/** The form that asks somebody who is logged in for the password again. */
export function againForm(returnTo: string, note = ''): string {
  return form('/login/again', [
    `<p>${escape(note === '' ? 'Your login is some time ago.' : note)}</p>`,
    hidden('return_to', returnTo),
    '<label>password <input name="password" type="password" autocomplete="current-password" required></label>',
    '<button>go on</button>',
  ])
}

/** The orders of a customer, with forms that change something. Browsers say that this page sent them; the token is for its script. */
export function ordersContent(orders: readonly string[], token: string): string {
  return [
    `<meta name="csrf-token" content="${escape(token)}">`,
    `<ul>${orders.map((order) => `<li>${escape(order)}</li>`).join('')}</ul>`,
    form('/orders', ['<label>item <input name="item" value="tea" maxlength="100" required></label>', '<button>order</button>']),
    '<p><button id="remove">remove all</button></p>',
    form('/logout', ['<button>log out</button>']),
    '<script src="/orders.js"></script>',
  ].join('\n')
}

/** The script of that page: if the login is too old for what it asks, the person logs in again and comes back. */
export const ORDERS_SCRIPT = `document.getElementById('remove').addEventListener('click', async () => {
  const token = document.querySelector('meta[name=csrf-token]').content
  const { ok, headers } = await fetch('/api/orders', { method: 'DELETE', headers: { 'X-CSRF-Token': token } })
  const again = (headers.get('WWW-Authenticate') ?? '').includes('insufficient_user_authentication')
  location.href = ok ? '/orders' : again ? '/login/again?return_to=/orders' : '/login?return_to=/orders'
})
`

function form(action: string, parts: readonly string[]): string {
  return `<form method="post" action="${action}">\n${parts.filter((part) => part !== '').join('\n')}\n</form>`
}

function hidden(name: string, value: string): string {
  return `<input type="hidden" name="${name}" value="${escape(value)}">`
}

/** Text for HTML, also in quoted attributes. */
function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;').replaceAll("'", '&#39;')
}
