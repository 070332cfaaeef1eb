import type * as v from 'valibot'
import { nearName } from '@countersign/openapi'
import { find, nearest, pathText, shown, type Located, type Path } from './located.ts'
import { readComplaint, type Complaint } from './schema/complaint.ts'
import type { Remark, Source } from './source.ts'

/** Names are compared with all others for so many; with tens of thousands it would take seconds. */
const MOST_COMPARED = 200

/** Says what the schema has against a file, each thing at its place. */
export function reportIssues(issues: readonly v.BaseIssue<unknown>[], root: Located, source: Source): void {
  for (const [index, issue] of issues.entries()) {
    const path = (issue.path ?? []).map(({ key }) => (typeof key === 'number' ? key : String(key)))
    const complaint = readComplaint(issue.message)
    if (complaint.code === 'unknown-key') reportUnknown(path, index < MOST_COMPARED ? complaint : { ...complaint, members: [] }, { root, source })
    else if (complaint.code === 'missing-key') reportMissing(path, complaint, { root, source })
    else reportWrong(path, complaint, { root, source })
  }
}

interface Where {
  readonly root: Located
  readonly source: Source
}

function reportUnknown(path: Path, { code, members = [], accepted }: Complaint, { root, source }: Where): void {
  const name = String(path.at(-1))
  const node = nearest(root, path)
  const near = nearName(name, members)
  const hint = near === undefined ? `pass ${accepted}` : `did you mean \`${near}\`?`
  source.error(node.key ?? node.start, { code, message: `unknown key ${pathText(root, path)}`, hint })
}

function reportMissing(path: Path, { code, accepted }: Complaint, { root, source }: Where): void {
  const around = path.slice(0, -1)
  const node = nearest(root, around)
  const name = String(path.at(-1))
  source.error(node.key ?? node.start, { code, message: `${pathText(root, around)} has no \`${name}\``, hint: `pass ${accepted}` })
}

function reportWrong(path: Path, { code, accepted }: Complaint, { root, source }: Where): void {
  if (nearest(root, path).faulty === true) return
  // An item without brackets has the path of an item, but no node of its own.
  const isItem = typeof path.at(-1) === 'number' && find(root, path) === undefined
  source.error(nearest(root, path).start, wrong(root, isItem ? path.slice(0, -1) : path, { code, accepted }))
}

/** That a value cannot be accepted, without the value if it is a credential or came from the environment. */
export function wrong(root: Located, path: Path, { code, accepted }: { readonly code: string; readonly accepted: string }): Remark {
  return { code, message: `${pathText(root, path)} is ${shown(nearest(root, path))}`, hint: `pass ${accepted}` }
}
