import { UnauthorizedError, type OAuthClientProvider } from '@modelcontextprotocol/sdk/client/auth.js'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import type { OAuthClientInformationMixed, OAuthTokens } from '@modelcontextprotocol/sdk/shared/auth.js'
import { CALLBACK, METADATA } from './known-client.ts'
import { browse } from './person.ts'

/** Where the official SDK keeps what it learns on its way, and where it sends the person. */
class Memory implements OAuthClientProvider {
  readonly redirectUrl = CALLBACK
  readonly clientMetadata = METADATA
  /** Where the person was sent, in order. */
  readonly sent: URL[] = []
  #client: OAuthClientInformationMixed | undefined
  #tokens: OAuthTokens | undefined
  #verifier = ''
  readonly #say: (line: string) => void

  constructor(say: (line: string) => void) {
    this.#say = say
  }

  clientInformation = (): OAuthClientInformationMixed | undefined => this.#client
  saveClientInformation = (client: OAuthClientInformationMixed): void => {
    this.#client = client
    this.#say(`the client has registered itself as ${METADATA.client_name}`)
  }
  tokens = (): OAuthTokens | undefined => this.#tokens
  saveTokens = (tokens: OAuthTokens): void => void (this.#tokens = tokens)
  redirectToAuthorization = (url: URL): void => void this.sent.push(url)
  saveCodeVerifier = (verifier: string): void => void (this.#verifier = verifier)
  codeVerifier = (): string => this.#verifier
}

/** One way of the client, from nothing to a written note. Each step is told to `say`. */
export async function tour(resource: string, say: (line: string) => void): Promise<readonly string[]> {
  const memory = new Memory(say)
  const client = new Client({ name: 'tour', version: '1.0.0' })
  const transportOf = (): StreamableHTTPClientTransport => new StreamableHTTPClientTransport(new URL(resource), { authProvider: memory })
  let transport = transportOf()
  const authorize = async (error: unknown): Promise<void> => {
    const asked = memory.sent.at(-1)
    if (!(error instanceof UnauthorizedError) || asked === undefined) throw error
    say(`the client sends olga to ${asked.origin} for ${asked.searchParams.get('scope')}, resource ${asked.searchParams.get('resource')}`)
    await transport.finishAuth(await browse(asked, CALLBACK))
  }
  try {
    await client.connect(transport).catch(async (error: unknown) => {
      await authorize(error)
      transport = transportOf()
      await client.connect(transport)
    })
    const list = async (): Promise<string> => textOf(await client.callTool({ name: 'list-notes' }))
    const add = async (): Promise<string> => textOf(await client.callTool({ name: 'add-note', arguments: { note: 'call Ivan' } }))
    const before = await list()
    say(`list-notes: ${before}`)
    const added = await add().catch(async (error: unknown) => {
      say('add-note needs more than the token has')
      await authorize(error)
      return add()
    })
    say(`add-note: ${added}`)
    return [before, added, await list()]
  } finally {
    await client.close()
  }
}

function textOf(result: Readonly<Record<string, unknown>>): string {
  const { content } = result
  const [first] = Array.isArray(content) ? (content as readonly { readonly text?: string }[]) : []
  return first?.text ?? ''
}
