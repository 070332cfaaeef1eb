import { describe, expect, onTestFinished, test } from 'vitest'
import { rawRequest, type RawResponse } from '../../../../conformance/raw-http.ts'
import { makeCertificates } from '../../../guard/test/certificates.ts'
import { isSkipped, PRINTED } from './programs.ts'
import { startBehind, type Behind, type ShownCertificates } from './site.ts'

const READER = ['Authorization', 'Bearer readertoken'] as const
const made = makeCertificates()
const { authority, shop: proxy, stranger } = made

// Apache asks nothing: it stands before the gateway as a plain proxy.
const ASKING = PRINTED.filter(([name]) => name !== 'apache')

describe.each(ASKING)('%s with a certificate of its own', (name, program) => {
  if (isSkipped(program)) return
  const start = async (shown: Omit<ShownCertificates, 'made'>): Promise<Behind> => {
    const behind = await startBehind(name, program, { certificates: { made, ...shown } })
    onTestFinished(() => behind.end())
    return behind
  }
  const get = (behind: Behind, path: string, ...headers: (readonly [string, string])[]): Promise<RawResponse> =>
    rawRequest(behind.port, { method: 'GET', path, headers })

  test('is answered', async () => {
    const behind = await start({ shows: proxy, vouches: authority })
    const answers = [await get(behind, '/orders', READER), await get(behind, '/orders'), await get(behind, '/admin', READER), await get(behind, '/none')]
    expect(answers.map(({ status }) => status)).toEqual([200, 401, 403, 404])
    expect(behind.site.seen).toHaveLength(1)
  })

  test('lets nobody pass with the certificate of a stranger', async () => {
    const behind = await start({ shows: stranger, vouches: authority })
    // HAProxy passes on nothing that does not bear the gateway's mark, as an answer to strangers does not.
    expect((await get(behind, '/pub/a')).status).toBe(name === 'haproxy' ? 503 : 403)
    expect(behind.site.seen).toEqual([])
  })

  test('does not ask a gateway that nobody vouches for', async () => {
    const behind = await start({ shows: proxy, vouches: stranger })
    expect((await get(behind, '/pub/a')).status).toBe(503)
    expect(behind.site.seen).toEqual([])
  })
})
