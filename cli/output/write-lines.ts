/** Writes lines to the standard output. Resolves when they were written, so that a caller can wait. */
export const writeLines = async (lines: readonly string[]): Promise<void> => {
  if (lines.length === 0) return
  await new Promise<void>((resolve) => process.stdout.write(`${lines.join('\n')}\n`, () => resolve()))
}
