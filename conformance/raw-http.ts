import { connect } from 'node:net'

/** A request as field lines, so that duplicates, order and spelling are sent as written. */
export interface RawRequest {
  readonly method: string
  readonly path: string
  readonly headers?: readonly (readonly [name: string, value: string])[]
  readonly body?: string
}

/** A response as field lines. */
export interface RawResponse {
  readonly status: number
  readonly statusText: string
  readonly headerLines: readonly (readonly [name: string, value: string])[]
  readonly body: string
  /** Statuses of the responses that came before the final one, such as 100. */
  readonly interim: readonly number[]
}

/**
 * Sends one request over a connection of its own, and reads the response as it is on the wire.
 *
 * Text is sent as it is. From an object, Host and Content-Length are added where they are missing, and with an
 * `Expect` field the body waits for a 100. Rejects if the response is not complete within `timeout` milliseconds.
 */
export function rawRequest(port: number, request: string | RawRequest, { timeout = 5000 }: { readonly timeout?: number } = {}): Promise<RawResponse> {
  const { method, head, body, waits } = typeof request === 'string' ? fromText(request) : fromParts(request, port)
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1' })
    const reader = new ResponseReader(method)
    const timer = setTimeout(() => finish(new Error(`no complete response to ${method} within ${timeout} ms; so far: ${reader.summary}`)), timeout)
    const finish = (outcome: RawResponse | Error): void => {
      clearTimeout(timer)
      socket.destroy()
      if (outcome instanceof Error) reject(outcome)
      else resolve(outcome)
    }
    const settle = (closed: boolean): void => {
      try {
        const response = reader.read(closed)
        if (response !== undefined) finish(response)
        else if (closed) finish(new Error(`the connection ended before the response to ${method} was complete; so far: ${reader.summary}`))
      } catch (error) {
        finish(error instanceof Error ? error : new Error(String(error)))
      }
    }
    socket.write(waits ? head : head + body, 'latin1')
    socket.on('data', (chunk) => {
      reader.push(chunk)
      settle(false)
    })
    socket.on('end', () => settle(true))
    socket.on('error', (error) => finish(error))
    if (waits) reader.onContinue = () => socket.write(body, 'latin1')
  })
}

interface Outgoing {
  readonly method: string
  readonly head: string
  readonly body: string
  readonly waits: boolean
}

function fromText(text: string): Outgoing {
  return { method: text.slice(0, text.indexOf(' ')), head: text, body: '', waits: false }
}

function fromParts({ method, path, headers = [], body = '' }: RawRequest, port: number): Outgoing {
  const has = (name: string): boolean => headers.some(([given]) => given.toLowerCase() === name)
  // What is written as latin1 below has to be bytes already.
  const bytes = Buffer.from(body).toString('latin1')
  const lines = headers.map(([name, value]) => `${name}: ${value}`)
  if (!has('host')) lines.unshift(`Host: 127.0.0.1:${port}`)
  if (body !== '' && !has('content-length') && !has('transfer-encoding')) lines.push(`Content-Length: ${bytes.length}`)
  return { method, head: `${[`${method} ${path} HTTP/1.1`, ...lines].join('\r\n')}\r\n\r\n`, body: bytes, waits: has('expect') }
}

/** Takes a response apart while it comes in; bytes are kept as latin1 so that lengths are counted in bytes. */
class ResponseReader {
  onContinue: () => void = () => {}
  readonly #method: string
  readonly #interim: number[] = []
  #bytes = ''

  constructor(method: string) {
    this.#method = method
  }

  get summary(): string {
    return JSON.stringify({ interim: this.#interim, received: this.#bytes.slice(0, 200) })
  }

  push(chunk: Buffer): void {
    this.#bytes += chunk.toString('latin1')
  }

  read(closed: boolean): RawResponse | undefined {
    for (;;) {
      const end = this.#bytes.indexOf('\r\n\r\n')
      if (end === -1) return undefined
      const { status, statusText, headerLines } = parseHead(this.#bytes.slice(0, end))
      const rest = this.#bytes.slice(end + 4)
      if (status >= 200 || status === 101) {
        const body = this.#hasNoBody(status) ? '' : bodyOf(headerLines, rest, closed)
        return body === undefined ? undefined : { status, statusText, headerLines, body: Buffer.from(body, 'latin1').toString(), interim: this.#interim }
      }
      this.#interim.push(status)
      this.#bytes = rest
      if (status === 100) this.onContinue()
    }
  }

  #hasNoBody(status: number): boolean {
    return this.#method === 'HEAD' || status === 204 || status === 304 || status === 101
  }
}

function parseHead(head: string): Pick<RawResponse, 'status' | 'statusText' | 'headerLines'> {
  const [first = '', ...lines] = head.split('\r\n')
  const [, status, statusText = ''] = /^HTTP\/1\.[01] (\d{3}) ?(.*)$/.exec(first) ?? []
  if (status === undefined) throw new Error(`not a status line: ${JSON.stringify(first)}`)
  const headerLines = lines.map((line): [string, string] => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()])
  return { status: Number(status), statusText, headerLines }
}

function bodyOf(headerLines: RawResponse['headerLines'], rest: string, closed: boolean): string | undefined {
  const value = (name: string): string | undefined => headerLines.find(([given]) => given.toLowerCase() === name)?.[1]
  if (value('transfer-encoding')?.toLowerCase() === 'chunked') return dechunk(rest)
  const length = value('content-length')
  if (length === undefined) return closed ? rest : undefined
  return rest.length < Number(length) ? undefined : rest.slice(0, Number(length))
}

function dechunk(text: string): string | undefined {
  let body = ''
  for (let position = 0; ;) {
    const end = text.indexOf('\r\n', position)
    if (end === -1) return undefined
    const size = Number.parseInt(text.slice(position, end), 16)
    if (Number.isNaN(size)) throw new Error(`not a chunk size: ${JSON.stringify(text.slice(position, end))}`)
    if (text.length < end + 2 + size + 2) return undefined
    if (size === 0) return body
    body += text.slice(end + 2, end + 2 + size)
    position = end + 2 + size + 2
  }
}
