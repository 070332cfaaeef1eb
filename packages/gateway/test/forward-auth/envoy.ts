import { fileURLToPath } from 'node:url'
import { credentials, loadPackageDefinition, Metadata, type ChannelCredentials, type ChannelOptions, type Client, type ServiceError } from '@grpc/grpc-js'
import { loadSync } from '@grpc/proto-loader'

interface Line {
  readonly header: { readonly key: string; readonly value: string }
  readonly append_action?: number
}

/** What came back, as it is on the wire: what is absent was not there. */
export interface CheckResponse {
  readonly status: { readonly code?: number }
  readonly denied_response?: { readonly status: { readonly code: number }; readonly headers?: readonly Line[]; readonly body?: string }
  readonly ok_response?: { readonly headers?: readonly Line[]; readonly headers_to_remove?: readonly string[] }
}

/** A request that Envoy got. */
export interface Got {
  readonly method?: string
  readonly path?: string
  readonly host?: string
  readonly scheme?: string
  readonly id?: string
  readonly headers?: Readonly<Record<string, string>>
  /** Instead of `headers`, as with `encode_raw_headers`. */
  readonly lines?: readonly (readonly [name: string, value: string])[]
  readonly client?: string
}

type Method = (message: object, metadata: Metadata, done: (error: ServiceError | null, value?: CheckResponse) => void) => unknown

const definition = loadPackageDefinition(loadSync(fileURLToPath(new URL('check.proto', import.meta.url)), { keepCase: true, longs: Number }))

/** A real client of gRPC, which asks as Envoy does. */
export class Envoy {
  readonly #client: Client

  constructor(port: number, { channel = credentials.createInsecure(), ...options }: { readonly channel?: ChannelCredentials } & Partial<ChannelOptions> = {}) {
    const { envoy } = definition as unknown as { envoy: { service: { auth: { v3: { Authorization: new (...given: readonly unknown[]) => Client } } } } }
    this.#client = new envoy.service.auth.v3.Authorization(`127.0.0.1:${port}`, channel, options)
  }

  check(got: Got, secret?: string): Promise<CheckResponse> {
    return this.call('Check', messageFor(got), secret)
  }

  call(name: 'Check' | 'Other', message: object, secret?: string): Promise<CheckResponse> {
    const metadata = new Metadata()
    if (secret !== undefined) metadata.set('x-countersign-secret', secret)
    const method = (this.#client as unknown as Readonly<Record<string, Method>>)[name]
    return new Promise((resolve, reject) =>
      method?.call(this.#client, message, metadata, (error, value) => (value === undefined ? reject(error ?? new Error('nothing')) : resolve(value))),
    )
  }

  close(): void {
    this.#client.close()
  }
}

export function messageFor({
  method = 'GET',
  path = '/orders',
  host = 'api.example',
  scheme = 'https',
  id = '',
  headers = {},
  lines,
  client = '192.0.2.7',
}: Got): object {
  const pseudo = { ':method': method, ':path': path, ':authority': host, ':scheme': scheme }
  const fields =
    lines === undefined
      ? { headers: { ...pseudo, ...headers } }
      : { header_map: { headers: [...Object.entries(pseudo), ...lines].map(([key, value]) => ({ key, raw_value: Buffer.from(value, 'latin1') })) } }
  return {
    attributes: {
      source: client === '' ? {} : { address: { socket_address: { address: client, port_value: 4711 } } },
      destination: { address: { socket_address: { address: '192.0.2.1', port_value: 443 } } },
      request: { time: { seconds: 1_795_521_600 }, http: { id, method, path, host, scheme, size: -1, protocol: 'HTTP/1.1', ...fields } },
      context_extensions: { any: 'thing' },
    },
  }
}
