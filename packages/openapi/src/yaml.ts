import type { Parsed } from './node.ts'
import type { SourceText } from './source-text.ts'
import { composedYaml, type YamlLimits } from './yaml-composed.ts'
import { outlinedYaml } from './yaml-outline.ts'

/** Reads a YAML text: plain block YAML by our own outline, which takes a tenth of the time, and everything else by the library. */
export function parseYaml(source: SourceText, limits: YamlLimits): Parsed {
  const root = outlinedYaml(source, limits.nesting)
  return root === undefined ? composedYaml(source, limits) : { root }
}
