// Ways to call an API with a token that is renewed when it is refused. Each gives the status of an answer that was read whole; what
// the others need is written by hand as their documentation shows it, with one renewal for all who wait.
import { bearer, createClient, insecureLoopback } from '@countersign/client'
import { remedies } from '@countersign/client/undici'
import axios from 'axios'
import ky from 'ky'
import * as oauth from 'oauth4webapi'
import { Agent, request } from 'undici'

/** The caller's token: asked for once, however many wait for it. */
function tokens(origin) {
  let running
  const held = {
    value: undefined,
    asked: 0,
    renew(refused) {
      if (held.value !== refused) return Promise.resolve()
      running ??= obtain().finally(() => (running = undefined))
      return running
    },
  }
  async function obtain() {
    held.asked += 1
    held.value = (await (await fetch(`${origin}/token`)).json()).access_token
  }
  return held
}

/** A source for the client, which counts as well. */
function source(held, origin) {
  const obtain = async () => {
    held.asked += 1
    return { value: (await (await fetch(`${origin}/token`)).json()).access_token }
  }
  return bearer({ at: insecureLoopback(origin), from: { acts: ['refresh'], obtain } })
}

async function read(response) {
  await response.text()
  return response.status
}

const withToken = (held) => ({ headers: { authorization: `Bearer ${held.value}` } })

/** No renewal: what everything else is held against. */
function bareFetch(held, origin) {
  return async (path) => read(await fetch(origin + path, withToken(held)))
}

function bareUndici(held, origin) {
  const dispatcher = new Agent()
  return async (path) => {
    const { statusCode, body } = await request(origin + path, { dispatcher, ...withToken(held) })
    await body.text()
    return statusCode
  }
}

function client(held, origin) {
  const { fetch } = createClient({ credentials: [source(held, origin)] })
  return async (path) => read(await fetch(origin + path))
}

function interceptor(held, origin) {
  const dispatcher = new Agent().compose(remedies({ credentials: [source(held, origin)] }))
  return async (path) => {
    const { statusCode, body } = await request(origin + path, { dispatcher })
    await body.text()
    return statusCode
  }
}

function fetchByHand(held, origin) {
  return async (path) => {
    const used = held.value
    const response = await fetch(origin + path, withToken(held))
    if (response.status !== 401) return read(response)
    await response.body?.cancel()
    await held.renew(used)
    return read(await fetch(origin + path, withToken(held)))
  }
}

function withKy(held, origin) {
  const set = (asked) => asked.headers.set('authorization', `Bearer ${held.value}`)
  const renewed = async (asked, _options, response) => {
    if (response.status !== 401) return response
    await held.renew(asked.headers.get('authorization')?.slice(7))
    set(asked)
    return fetch(asked)
  }
  const api = ky.create({ throwHttpErrors: false, retry: 0, hooks: { beforeRequest: [set], afterResponse: [renewed] } })
  return async (path) => read(await api(origin + path))
}

function withAxios(adapter) {
  return (held, origin) => {
    const api = axios.create({ adapter, validateStatus: (status) => status !== 401 })
    api.interceptors.request.use((config) => {
      config.headers.set('authorization', `Bearer ${held.value}`)
      return config
    })
    api.interceptors.response.use(undefined, async (error) => {
      if (error.response?.status !== 401 || error.config.again) throw error
      await held.renew(String(error.config.headers.get('authorization')).slice(7))
      return api.request({ ...error.config, again: true })
    })
    return async (path) => (await api.get(origin + path)).status
  }
}

function withOauth4webapi(held, origin) {
  const options = { [oauth.allowInsecureRequests]: true }
  const call = (path) => oauth.protectedResourceRequest(held.value, 'GET', new URL(origin + path), undefined, undefined, options)
  return async (path) => {
    const used = held.value
    try {
      return await read(await call(path))
    } catch (error) {
      if (!(error instanceof oauth.WWWAuthenticateChallengeError)) throw error
      await error.response.body?.cancel()
      if (error.status !== 401) return error.status
      await held.renew(used)
      return read(await call(path))
    }
  }
}

/** By name; `of` is what it is held against. */
export const CALLERS = {
  fetch: { make: bareFetch, of: 'fetch', bare: true },
  '**client**': { make: client, of: 'fetch' },
  'fetch by hand': { make: fetchByHand, of: 'fetch' },
  ky: { make: withKy, of: 'fetch' },
  'axios (fetch)': { make: withAxios('fetch'), of: 'fetch' },
  'axios (http)': { make: withAxios('http'), of: 'fetch' },
  'oauth4webapi by hand': { make: withOauth4webapi, of: 'fetch' },
  'undici.request': { make: bareUndici, of: 'undici.request', bare: true },
  '**client, as interceptor**': { make: interceptor, of: 'undici.request' },
}

/** A caller with a token that is good. */
export async function callerOf({ make }, origin) {
  const held = tokens(origin)
  await held.renew(undefined)
  const call = make(held, origin)
  return { call, held }
}
