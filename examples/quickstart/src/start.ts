import { buildApp } from './api.ts'
import type { Origins } from './curl.ts'
import { buildGuard } from './guard.ts'
import { listen } from './listen.ts'
import { startProvider } from './provider.ts'

/** The two servers of the example while they run. */
export interface Running extends Origins {
  close(): Promise<void>
}

/** Starts the provider and the API. Rejects with a `StartError` if a port cannot be had; then nothing is left open. */
export async function start(ports: { readonly port: number; readonly issuerPort: number }): Promise<Running> {
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
