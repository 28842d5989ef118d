interface Result {
  dead_letter: string
  result: string
  detail?: string
}

/**
 * Prints what happened to each dead letter as it happens, and in the text form a summary at the end. If no
 * dead letter matched, the command ends with exit code 1.
 */
export const printResults = async (results: AsyncIterable<Result>, json: true | undefined): Promise<void> => {
  const counts = new Map<string, number>()
  for await (const one of results) {
    counts.set(one.result, (counts.get(one.result) ?? 0) + 1)
    console.log(json ? JSON.stringify(one) : resultText(one))
  }
  if (counts.size === 0) reportNoMatch()
  else if (!json) console.log(summaryText(counts))
}

/** Says that the selection matches nothing, and lets the command end with exit code 1. */
export const reportNoMatch = (): void => {
  console.error('No dead letter matches the selection.')
  process.exitCode = 1
}

const resultText = ({ dead_letter, result, detail }: Result): string =>
  `${dead_letter}  ${result}${detail === undefined ? '' : `: ${detail}`}`

const summaryText = (counts: ReadonlyMap<string, number>): string =>
  [...counts].map(([result, count]) => `${count} ${result}`).join(', ')
