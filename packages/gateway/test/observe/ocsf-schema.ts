// What the Open Cybersecurity Schema Framework asks of the events that are written here. No package on npm has its
// schema; this table was written by hand from the public one (github.com/ocsf/ocsf-schema: events/iam, events/application,
// objects, profiles/security_control), for those members only that we send or have to send.

export interface OcsfClass {
  readonly uid: number
  readonly category: number
  /** Values of `activity_id`; 0 and 99 are in every class. */
  readonly activities: readonly number[]
  readonly required: readonly string[]
  readonly known: readonly string[]
  readonly atLeastOne?: readonly string[]
}

export interface OcsfObject {
  readonly required: readonly string[]
  readonly known: readonly string[]
  readonly atLeastOne?: readonly string[]
}

const BASE_REQUIRED = ['activity_id', 'category_uid', 'class_uid', 'metadata', 'severity_id', 'time', 'type_uid']
const BASE = [...BASE_REQUIRED, 'activity_name', 'message', 'severity', 'status', 'status_code', 'status_detail', 'status_id', 'unmapped']

export const CLASSES: readonly OcsfClass[] = [
  {
    uid: 3001,
    category: 3,
    activities: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11],
    required: [...BASE_REQUIRED, 'user'],
    known: [...BASE, 'actor', 'http_request', 'policy', 'src_endpoint', 'user', 'user_result'],
  },
  {
    uid: 3002,
    category: 3,
    activities: [1, 2, 3, 4, 5],
    required: [...BASE_REQUIRED, 'user'],
    known: [
      ...BASE,
      'actor',
      'auth_protocol',
      'auth_protocol_id',
      'certificate',
      'dst_endpoint',
      'http_request',
      'is_cleartext',
      'is_mfa',
      'is_new_logon',
      'is_remote',
      'logon_process',
      'logon_type',
      'logon_type_id',
      'service',
      'session',
      'src_endpoint',
      'user',
    ],
    atLeastOne: ['service', 'dst_endpoint'],
  },
  {
    uid: 3004,
    category: 3,
    activities: [1, 2, 3, 4],
    required: [...BASE_REQUIRED, 'entity'],
    known: [...BASE, 'actor', 'comment', 'entity', 'entity_result'],
  },
  {
    uid: 6003,
    category: 6,
    activities: [1, 2, 3, 4],
    required: [...BASE_REQUIRED, 'actor', 'api', 'src_endpoint'],
    known: [...BASE, 'actor', 'api', 'dst_endpoint', 'http_request', 'http_response', 'resources', 'src_endpoint'],
  },
]

/** Members that a profile adds, if `metadata.profiles` names it. */
export const PROFILES: Readonly<Record<string, readonly string[]>> = {
  security_control: ['action', 'action_id', 'authorizations', 'disposition', 'disposition_id', 'policy'],
  trace: ['trace'],
}

export const OBJECTS: Readonly<Record<string, OcsfObject>> = {
  metadata: { required: ['product', 'version'], known: ['product', 'version', 'uid', 'profiles', 'log_name', 'original_time'] },
  product: { required: ['vendor_name'], known: ['name', 'vendor_name', 'version', 'uid'] },
  user: { required: [], known: ['account', 'name', 'uid', 'type', 'type_id', 'groups'], atLeastOne: ['account', 'name', 'uid'] },
  actor: {
    required: [],
    known: ['app_name', 'app_uid', 'authorizations', 'idp', 'process', 'session', 'user'],
    atLeastOne: ['process', 'user', 'invoked_by', 'session', 'app_name', 'app_uid'],
  },
  api: { required: ['operation'], known: ['group', 'operation', 'request', 'response', 'service', 'token', 'version'] },
  entity: { required: [], known: ['data', 'name', 'type', 'uid', 'version'], atLeastOne: ['name', 'uid'] },
  http_request: { required: [], known: ['args', 'http_method', 'uid', 'url', 'user_agent', 'version'] },
  http_response: { required: ['code'], known: ['code', 'latency', 'length', 'message', 'status'] },
  src_endpoint: { required: [], known: ['ip', 'hostname', 'name', 'port', 'uid'], atLeastOne: ['ip', 'hostname', 'name', 'uid'] },
  service: { required: [], known: ['labels', 'name', 'uid', 'version'], atLeastOne: ['name', 'uid'] },
}

/** Values of members that are the same in every class. */
export const ENUMS: Readonly<Record<string, readonly unknown[]>> = {
  severity_id: [0, 1, 2, 3, 4, 5, 6, 99],
  status_id: [0, 1, 2, 99],
  action_id: [0, 1, 2],
  disposition_id: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 99],
  auth_protocol_id: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 99],
}

/** Everything that a validator of the framework would object to. */
export function objectionsTo(event: unknown): readonly string[] {
  // As it is written: what is `undefined` is not there.
  const written = members(JSON.parse(JSON.stringify(event)))
  const found = CLASSES.find(({ uid }) => uid === written['class_uid'])
  if (found === undefined) return [`class_uid ${String(written['class_uid'])} is not one of ours`]
  const profiles: unknown = members(written['metadata'])['profiles'] ?? []
  const added = Array.isArray(profiles) ? profiles.flatMap((name) => PROFILES[String(name)] ?? [`unknown profile ${String(name)}`]) : []
  const { uid, category, activities } = found
  return [
    ...shape(`class ${uid}`, written, { ...found, known: [...found.known, ...added] }),
    ...(written['category_uid'] === category ? [] : [`category_uid is not ${category}`]),
    ...([0, 99, ...activities].includes(Number(written['activity_id'])) ? [] : [`activity_id ${String(written['activity_id'])} is not in class ${uid}`]),
    ...(written['type_uid'] === uid * 100 + Number(written['activity_id']) ? [] : ['type_uid is not class and activity']),
    ...(Number.isSafeInteger(written['time']) ? [] : ['time is no whole number of milliseconds']),
    ...inside(written),
  ]
}

function inside(value: Readonly<Record<string, unknown>>): readonly string[] {
  return Object.entries(value).flatMap(([name, member]) => {
    const allowed = ENUMS[name]
    if (allowed !== undefined && !allowed.includes(member)) return [`${name} is ${String(member)}`]
    if (typeof member !== 'object' || member === null || Array.isArray(member) || name === 'unmapped' || name === 'data') return []
    const known = OBJECTS[name]
    return [...(known === undefined ? [] : shape(name, members(member), known)), ...inside(members(member))]
  })
}

function shape(name: string, value: Readonly<Record<string, unknown>>, { required, known, atLeastOne }: OcsfObject): readonly string[] {
  return [
    ...required.filter((member) => value[member] === undefined).map((member) => `${name} lacks ${member}`),
    ...Object.keys(value)
      .filter((member) => !known.includes(member))
      .map((member) => `${name} has no word ${member}`),
    ...(atLeastOne === undefined || atLeastOne.some((member) => value[member] !== undefined) ? [] : [`${name} has none of ${atLeastOne.join(', ')}`]),
  ]
}

function members(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value)) : {}
}
