import * as oauth from 'oauth4webapi'
import type { Token, TokenSource } from '../tokens/token.ts'
import { wait } from '../wait.ts'
import { flowsOf, refreshedOr, tokenOf, withNonce, type Flow } from './grant.ts'
import type { FlowOptions } from './options.ts'

/** What a person has to do on another device. */
export interface DevicePrompt {
  readonly userCode: string
  readonly address: string
  /** With the code in it, for a QR code. */
  readonly completeAddress?: string
  /** Seconds. */
  readonly lifetime: number
}

export type DeviceOptions = FlowOptions & {
  /** Shows the prompt. */
  readonly prompt: (prompt: DevicePrompt) => void
}

/** Tokens that a person permits on another device; renewed with a refresh token where there is one (RFC 8628). */
export function deviceCode(options: DeviceOptions): TokenSource {
  const begin = flowsOf(options)
  return {
    acts: ['refresh', 'request-scope'],
    async obtain(request) {
      const flow = await begin(request)
      return refreshedOr(flow, () => permit(flow, options))
    },
  }
}

async function permit(flow: Flow, { prompt }: DeviceOptions): Promise<Token> {
  const { server, client, authentication, parameters, options, request } = flow
  const { DPoP: _, ...asking } = options
  const response = await oauth.deviceAuthorizationRequest(server, client, authentication, parameters, asking)
  const device = await oauth.processDeviceAuthorizationResponse(server, client, response)
  const { user_code: userCode, verification_uri: address, verification_uri_complete: completeAddress, expires_in: lifetime } = device
  prompt({ userCode, address, lifetime, ...(completeAddress === undefined ? {} : { completeAddress }) })
  // The signal has a time limit, and the server ends the code.
  for (let interval = device.interval ?? 5; ;) {
    await wait(interval, request.signal)
    const token = await poll(flow, device.device_code)
    if (typeof token === 'object') return token
    // RFC 8628 section 3.5.
    if (token === 'slow_down') interval += 5
  }
}

async function poll({ server, client, authentication, options }: Flow, code: string): Promise<Token | 'slow_down' | 'authorization_pending'> {
  try {
    return await withNonce(async () => {
      const response = await oauth.deviceCodeGrantRequest(server, client, authentication, code, options)
      return tokenOf(await oauth.processDeviceCodeResponse(server, client, response))
    })
  } catch (error) {
    if (error instanceof oauth.ResponseBodyError && (error.error === 'slow_down' || error.error === 'authorization_pending')) return error.error
    throw error
  }
}
