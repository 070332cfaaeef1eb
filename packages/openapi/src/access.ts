import type { Requirement } from '@countersign/core'
import { askedBy, EXTENSION, readExtension, type Extension, type Level, type Written } from './extension.ts'
import type { Entry, Node } from './node.ts'
import type { Template } from './path-template.ts'
import { fail, type Reader } from './reader.ts'
import { requirementCompiler } from './requirement.ts'
import type { SchemeTable } from './scheme-table.ts'
import { isAnyone, securityReader, type Alternative, type Security } from './security.ts'
import { didYouMean } from './suggestion.ts'

/** An operation with everything that may say something about its callers. */
export interface Subject {
  readonly label: string
  readonly template: Template
  readonly at: Entry
  readonly item: ReadonlyMap<string, Entry>
  readonly operation: ReadonlyMap<string, Entry>
}

export interface Access {
  readonly requirement: Requirement
  readonly declared: boolean
  /** Where it is written. */
  readonly at: Entry
}

/** Makes a function that tells who may call an operation. */
export function accessReader(reader: Reader, schemes: SchemeTable): (subject: Subject) => Access {
  const securityOf = securityReader(reader, schemes)
  const compile = requirementCompiler()
  const extensionOf = extensionReader(reader)
  const root = reader.entry.kind === 'map' ? reader.entry.entries() : new Map<string, Entry>()
  const rootSecurity = root.get('security')
  // Read even if every operation overrides it, so that its mistakes are told.
  if (rootSecurity !== undefined) securityOf(rootSecurity)
  return (subject) => {
    const own = subject.operation.get('security')
    const written = own ?? rootSecurity
    const security = written && securityOf(written)
    const extension: Extension = {
      ...extensionOf(root.get(EXTENSION), 0),
      ...extensionOf(subject.item.get(EXTENSION), 1),
      ...extensionOf(subject.operation.get(EXTENSION), 2),
    }
    checkOwner(reader, subject, extension)
    const weighed = weigh(reader, subject, { security, level: own === undefined ? 0 : 2, asked: askedBy(extension) })
    if (!weighed.declared) warnUndeclared(reader, subject)
    return {
      requirement: compile({ alternatives: weighed.alternatives, extension: weighed.open ? {} : extension }),
      declared: weighed.declared,
      at: weighed.at,
    }
  }
}

function extensionReader(reader: Reader): (at: Entry | undefined, level: Level) => Extension {
  const known = new Map<Node, Extension>()
  return (at, level) => {
    if (at === undefined) return {}
    let extension = known.get(at.value)
    if (extension === undefined) {
      extension = readExtension(reader, at, level)
      known.set(at.value, extension)
    }
    return extension
  }
}

interface Weighed {
  readonly alternatives: readonly Alternative[] | undefined
  readonly open: boolean
  readonly declared: boolean
  readonly at: Entry
}

interface Sides {
  readonly security: Security | undefined
  readonly level: Level
  readonly asked: readonly Written<unknown>[]
}

/** Puts `security` and `x-countersign` together. Of an opening and an asking one, the nearer counts; side by side they contradict each other. */
function weigh(reader: Reader, { label, at }: Subject, { security, level, asked }: Sides): Weighed {
  const [nearest] = asked
  if (security === undefined) return { alternatives: undefined, open: false, declared: nearest !== undefined, at: nearest?.at ?? at }
  const { alternatives } = security
  if (alternatives.length > 0) {
    if (nearest !== undefined && alternatives.some(isAnyone)) warnAnonymous(reader, nearest.at)
    return { alternatives, open: false, declared: true, at: security.at }
  }
  if (nearest === undefined || nearest.level < level) {
    if (nearest?.level === 1) {
      const message = `\`security: []\` of ${label} opens it, so \`${nearest.at.key}\` of its path does not count there`
      reader.problems.warn({ code: 'rules-dropped', message, hint: 'remove `security: []`, or move the rules to the other operations' }, security.at)
    }
    return { alternatives, open: true, declared: true, at: security.at }
  }
  if (nearest.level === level) {
    const message = `\`security: []\` opens to everybody what \`${nearest.at.key}\` of \`${EXTENSION}\` beside it restricts`
    fail(reader, { code: 'contradictory-security', message, hint: 'remove one of the two' }, nearest.at)
  }
  return { alternatives: undefined, open: false, declared: true, at: nearest.at }
}

function warnAnonymous({ problems }: Reader, at: Entry): void {
  const message = `\`${at.key}\` asks for known callers, so the \`{}\` in \`security\` lets nobody pass`
  problems.warn({ code: 'anonymous-refused', message, hint: 'remove one of the two' }, at)
}

function warnUndeclared({ problems }: Reader, { label, at }: Subject): void {
  const hint = 'write `security: []` to open it, or a list of schemes, on the operation or for the whole document'
  problems.warn({ code: 'security-undeclared', message: `${label} does not say who may call it; any valid credentials are asked for`, hint }, at)
}

function checkOwner(reader: Reader, { template }: Subject, { owner }: Extension): void {
  if (owner === undefined || template.names.includes(owner.value.parameter)) return
  const message = `\`owner\` names \`${owner.value.parameter}\`, which is no parameter of \`${template.text}\``
  fail(reader, { code: 'unknown-parameter', message, hint: didYouMean(owner.value.parameter, template.names) }, owner.at)
}
