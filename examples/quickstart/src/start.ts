import { listen, startProvider, type Running } from '@countersign/example-kit'
import { buildApp } from './api.ts'
import { buildGuard } from './guard.ts'

/** The two servers of the example while they run. */
export interface Quickstart extends Running {
  /** Where the API is, such as `http://127.0.0.1:8401`. */
  readonly api: string
  readonly issuer: string
}

/** Starts the provider and the API. Rejects with a `StartError` if a port cannot be had; then nothing is left open. */
export async function start(ports: { readonly port: number; readonly issuerPort: number }): Promise<Quickstart> {
  const provider = await startProvider(ports.issuerPort)
  try {
    const api = await listen(ports.port, 'PORT')
    api.server.on('request', buildApp(buildGuard(provider.origin)))
    return {
      api: api.origin,
      issuer: provider.origin,
      close: async () => void (await Promise.all([api.close(), provider.close()])),
    }
  } catch (error) {
    await provider.close()
    throw error
  }
}
