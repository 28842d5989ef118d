import type { Fault } from '../../consumers/audit-log/verify/verify.ts'

/** One line for each fault. Removed rows that follow each other share a line. */
export const linesOf = (faults: readonly Fault[]): string[] => {
  const lines: string[] = []
  for (let at = 0; at < faults.length; ) {
    const run = removedRun(faults, at)
    lines.push(run.length > 1 ? removedLine(run) : faultLine(faults[at] as Fault))
    at += Math.max(1, run.length)
  }
  return lines
}

const faultLine = ({ kind, index, row, detail }: Fault): string =>
  `${kind}: row ${index ?? 'without a leaf'} (${row}): ${detail}`

const removedLine = (run: readonly Fault[]): string =>
  `removed: rows ${run[0]?.index} to ${run.at(-1)?.index} (${run.length} rows, the first is ${run[0]?.row})`

/** The removed rows from here on whose indexes have no gap between them. */
const removedRun = (faults: readonly Fault[], start: number): readonly Fault[] => {
  const first = faults[start]?.index ?? 0
  let end = start
  while (faults[end]?.kind === 'removed' && faults[end]?.index === first + end - start) end += 1
  return faults.slice(start, end)
}
