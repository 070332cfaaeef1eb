import type { Diagnostic } from './place.ts'
import type { SourceText } from './source-text.ts'

/** A place that is not looked up before somebody reads it. */
export interface Spot {
  readonly source: SourceText
  readonly offset: number
}

/** What a diagnostic says, apart from where. */
export interface Problem {
  readonly code: string
  readonly message: string
  readonly hint?: string
}

/** Collects what is wrong, each thing once: an inherited mistake is met by every operation. */
export interface Problems {
  error(problem: Problem, at: Spot): void
  warn(problem: Problem, at: Spot): void
  /** By file in the order in which files were met, then by place. */
  list(): readonly Diagnostic[]
}

interface Found {
  readonly severity: Diagnostic['severity']
  readonly problem: Problem
  readonly at: Spot
}

export function createProblems(): Problems {
  const found = new Map<string, Found>()
  const add = (severity: Diagnostic['severity'], problem: Problem, at: Spot): void => {
    const id = JSON.stringify([at.source.file, at.offset, problem.code, problem.message])
    if (!found.has(id)) found.set(id, { severity, problem, at })
  }
  return {
    error: (problem, at) => add('error', problem, at),
    warn: (problem, at) => add('warning', problem, at),
    list: () => {
      const files = new Map<string, number>()
      for (const { at } of found.values()) if (!files.has(at.source.file)) files.set(at.source.file, files.size)
      const rank = ({ at }: Found): number => files.get(at.source.file) ?? 0
      const sorted = [...found.values()].sort((a, b) => rank(a) - rank(b) || a.at.offset - b.at.offset)
      return sorted.map(diagnosticOf)
    },
  }
}

function diagnosticOf({ severity, problem: { code, message, hint }, at: { source, offset } }: Found): Diagnostic {
  const excerpt = source.excerpt(offset)
  const base = { severity, code, message, place: source.place(offset) }
  return { ...base, ...(hint === undefined ? {} : { hint }), ...(excerpt === '' ? {} : { excerpt }) }
}
