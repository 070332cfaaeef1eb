import { painter, type TextOptions } from '../review/layout.ts'
import { defectsIn, type Diagnosed, type Diagnosis } from './doctor.ts'

/** A diagnosis for a terminal: every defect once, with what was seen and what mends it. */
export function diagnosisText(diagnosis: Diagnosis, options: TextOptions = {}): string {
  const paint = painter(options)
  const { url, proxy, requests, tried } = diagnosis
  const lines = [`${paint('bold', url)}, ${proxy === undefined ? 'a proxy that does not say its name' : proxy}, ${requests} requests\n`]
  for (const { probe, about, defects, skipped } of tried) {
    const [word, style] =
      skipped !== undefined ? (['not tried', 'yellow'] as const) : defects.length === 0 ? (['well', 'green'] as const) : (['found', 'red'] as const)
    lines.push(`  ${paint(style, word.padEnd(11))}${probe.padEnd(14)}${skipped ?? about}\n`)
  }
  for (const name of defectsIn(diagnosis))
    lines.push(
      '\n',
      defectText(
        tried.flatMap(({ defects }) => defects).filter(({ defect }) => defect === name),
        options,
      ),
    )
  lines.push(`\n${summary(diagnosis)}\n`)
  return lines.join('')
}

function defectText(seen: readonly Diagnosed[], options: TextOptions): string {
  const [first] = seen
  if (first === undefined) return ''
  const paint = painter(options)
  return `${paint('red', first.defect)}: ${first.title}\n${seen.map(({ detail }) => `  seen  ${detail}\n`).join('')}  ${paint('green', 'mend')}  ${first.fix}\n`
}

function summary(diagnosis: Diagnosis): string {
  const { length } = defectsIn(diagnosis)
  const untried = diagnosis.tried.filter(({ skipped }) => skipped !== undefined).length
  const count = length === 0 ? 'no defect was found' : length === 1 ? 'one defect was found' : `${length} defects were found`
  return untried === 0 ? count : `${count}, and ${untried} of ${diagnosis.tried.length} probes ${untried === 1 ? 'was' : 'were'} not tried`
}
