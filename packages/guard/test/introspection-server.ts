import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import type { JWK } from 'jose'

/** One question that the server was asked. */
export interface Question {
  readonly authorization: string | undefined
  readonly accept: string | undefined
  readonly parameters: URLSearchParams
}

/** How the server answers: a JSON object, a reply of any kind, or nothing for one that hangs. */
export type Answering = (question: Question) => object | { readonly reply: (response: ServerResponse) => void } | undefined | Promise<object>

/** An authorization server of which only introspection, metadata and keys are there, and which can be broken in every way. */
export interface IntrospectionServer {
  readonly issuer: string
  readonly endpoint: string
  readonly questions: Question[]
  answer(answering: Answering): void
  close(): Promise<void>
}

/** Starts the server on a free port of the loopback interface. */
export async function startIntrospection(answering: Answering, keys: readonly JWK[] = []): Promise<IntrospectionServer> {
  const questions: Question[] = []
  let current = answering
  const server = createServer((request, response) => void handle(request, response))
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (request.url === '/jwks') return void response.end(JSON.stringify({ keys }))
    if (request.method === 'GET')
      return void response.end(JSON.stringify({ issuer, jwks_uri: `${issuer}/jwks`, introspection_endpoint: `${issuer}/introspect` }))
    const { authorization, accept } = request.headers
    const question = { authorization, accept, parameters: new URLSearchParams(await text(request)) }
    questions.push(question)
    const answer = await current(question)
    if (answer === undefined) return
    if ('reply' in answer && typeof answer.reply === 'function') return answer.reply(response)
    response.setHeader('content-type', 'application/json; charset=utf-8').end(JSON.stringify(answer))
  }
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    issuer,
    endpoint: `${issuer}/introspect`,
    questions,
    answer: (next) => void (current = next),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
