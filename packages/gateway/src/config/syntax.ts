import { parseDocument, type Document, type YAMLError } from 'yaml'
import { deepNesting } from './nesting.ts'
import type { Remark, Source } from './source.ts'

/** Parses YAML 1.2. Errors go to the source; nothing comes back if no tree could be made. */
export function parseYaml(source: Source): { readonly document: Document.Parsed; readonly isSound: boolean } | undefined {
  const tooDeep = deepNesting(source.text)
  if (tooDeep !== undefined) {
    source.error(tooDeep, DEEP)
    return undefined
  }
  // Duplicate keys are found by `readTree`: this parser compares every key with every other.
  const document = parseDocument(source.text, { schema: 'core', prettyErrors: false, uniqueKeys: false, logLevel: 'error' })
  const errors = [...document.errors, ...document.warnings]
  if (errors.length > 0) hideByName(source)
  // What is missing at the end is missing behind the last character, not on the empty line after it.
  const ending = source.text.trimEnd().length
  for (const error of firstOfEachLine(errors, source)) source.error(Math.min(error.pos[0], ending), remarkOn(error, source))
  return { document, isSound: errors.length === 0 }
}

const DEEP: Remark = { code: 'too-deep', message: 'brackets or `- ` stand far too deep in one another here', hint: 'is a closing `]` or `}` missing?' }

/** One mistake makes the parser stumble several times; what comes first says most. */
function firstOfEachLine(errors: readonly YAMLError[], source: Source): readonly YAMLError[] {
  const lines = new Set<number>()
  return errors
    .toSorted((one, other) => one.pos[0] - other.pos[0])
    .filter(({ pos }) => {
      const { line } = source.placeOf(pos[0])
      return !lines.has(line) && lines.add(line)
    })
}

// Of the parser's own messages these quote nothing of the file.
const QUOTES_NOTHING = new Set(['MISSING_CHAR', 'BAD_INDENT', 'BLOCK_IN_FLOW', 'MULTILINE_IMPLICIT_KEY', 'TAB_AS_INDENT', 'BAD_SCALAR_START', 'BAD_PROP_ORDER'])

const REMARKS: Readonly<Partial<Record<YAMLError['code'], Omit<Remark, 'code'>>>> = {
  BLOCK_AS_IMPLICIT_KEY: {
    message: 'a second `: ` or `- ` stands in this line or under a wrong indentation',
    hint: 'quote a text with `: `, or indent with the lines around',
  },
  TAB_AS_INDENT: { message: 'a tab indents this line', hint: 'indent with spaces' },
  BAD_SCALAR_START: { message: 'a text cannot begin with this character', hint: 'quote the text' },
  BAD_DQ_ESCAPE: { message: 'this escape sequence does not exist', hint: "in single quotes '…' a backslash is a backslash" },
  TAG_RESOLVE_FAILED: { message: 'tags such as `!name` have no meaning here', hint: 'take the tag away' },
  MULTIPLE_DOCS: { message: 'a second document begins here', hint: 'keep one configuration to a file, without `---` between' },
  RESOURCE_EXHAUSTION: { message: DEEP.message, hint: 'is a closing `]` or `}` missing?' },
}

function remarkOn(error: YAMLError, { text }: Source): Remark {
  const code = 'syntax'
  if (error.code === 'UNEXPECTED_TOKEN' && isVariableInFlow(text, error.pos[0]))
    return { code, message: 'inside `{ }` and `[ ]` YAML takes the `{` of a variable for a map', hint: "quote it: '${NAME}'" }
  const remark = REMARKS[error.code]
  if (remark !== undefined) return { code, ...remark }
  if (QUOTES_NOTHING.has(error.code))
    return { code, message: error.message.charAt(0).toLowerCase() + error.message.slice(1), hint: 'look at this line and the one before it' }
  return { code, message: 'this is not YAML', hint: 'look for a missing quote, bracket, comma or space before this place' }
}

function isVariableInFlow(text: string, offset: number): boolean {
  return text.charAt(offset) === '{' && text.charAt(offset - 1) === '$'
}

const SECRET_NAMES = /(?:digest_?key|authorization|password|secret|tokens?)["']?[ \t]*:/i

/** Hides what follows the names of credentials, where the tree may have lost them: the line, and lines indented deeper. */
export function hideByName(source: Source): void {
  const { lineStarts } = source.lines
  let hiddenBelow = Number.POSITIVE_INFINITY
  for (const [index, start] of lineStarts.entries()) {
    const end = lineStarts[index + 1] ?? source.text.length
    const line = source.text.slice(start, end)
    const indentation = line.search(/[^\s-]/)
    if (indentation > hiddenBelow) source.hide(start + indentation, end)
    else if (indentation !== -1) {
      const name = SECRET_NAMES.exec(line)
      hiddenBelow = name === null ? Number.POSITIVE_INFINITY : indentation
      const after = name === null ? -1 : name.index + name[0].length
      if (after !== -1 && !/^\s*["']?\$\{/.test(line.slice(after))) source.hide(start + after, end - (line.endsWith('\n') ? 1 : 0))
    }
  }
}
