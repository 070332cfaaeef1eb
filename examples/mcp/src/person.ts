/** What the browser of a person does: follows redirects with cookies, until it comes to the client's own address. Gives the code that it brings. */
export async function browse(from: URL, callback: string): Promise<string> {
  const cookies = new Map<string, string>()
  let url = from
  for (let hops = 0; hops < 10; hops += 1) {
    if (url.href.startsWith(callback)) return codeIn(url)
    const response = await fetch(url, { redirect: 'manual', headers: { cookie: [...cookies].map((pair) => pair.join('=')).join('; ') } })
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      if (value === '') cookies.delete(name)
      else cookies.set(name, value)
    }
    const location = response.headers.get('location')
    if (location === null) throw new Error(`${url.pathname} answered ${response.status} and no redirect: ${(await response.text()).slice(0, 300)}`)
    url = new URL(location, url)
  }
  throw new Error('the redirects did not end')
}

function codeIn({ searchParams }: URL): string {
  const code = searchParams.get('code')
  if (code === null) throw new Error(`no code came back: ${searchParams.get('error_description') ?? searchParams.get('error') ?? 'nothing'}`)
  return code
}
