import * as v from 'valibot'
import { find, isMap, items, type Located, type LocatedMap } from '../located.ts'
import { SESSION_SECRET_ACCEPTED } from '../schema/session-section.ts'
import { duration } from '../schema/values.ts'
import type { Source } from '../source.ts'
import { refuseBoth } from './gateway.ts'

/** `schemes.session`: secrets from one place, and times that go together. */
export function checkSession(root: Located, source: Source): void {
  const session = find(root, ['schemes', 'session'])
  if (!isMap(session)) return
  const { members } = session
  refuseBoth(session, source, { members: ['secrets', 'secretsFile'], accepted: SESSION_SECRET_ACCEPTED })
  const secrets = members.get('secrets')
  if (secrets === undefined ? !members.has('secretsFile') : Array.isArray(secrets.value) && items(secrets).length === 0)
    source.error(secrets?.key ?? session.key ?? session.start, {
      code: 'no-session-secrets',
      message: secrets === undefined ? '`session` has neither `secrets` nor `secretsFile`' : '`secrets` is an empty list',
      hint: `pass ${SESSION_SECRET_ACCEPTED}, the same as in the application that begins the sessions`,
    })
  checkTimes(session, source)
}

const TIME = duration({ about: '', from: 0, to: Number.MAX_SAFE_INTEGER })

function checkTimes({ members }: LocatedMap, source: Source): void {
  const [idle, absolute] = [members.get('idle'), members.get('absolute')]
  const [less, more] = [v.safeParse(TIME, idle?.value ?? '30m'), v.safeParse(TIME, absolute?.value ?? '12h')]
  const at = idle ?? absolute
  if (at === undefined || !less.success || !more.success || less.output <= more.output) return
  source.error(at.start, {
    code: 'wrong-order',
    message: '`schemes.session.idle` is longer than `schemes.session.absolute`',
    hint: 'by default they are 1800 s and 43200 s',
  })
}
