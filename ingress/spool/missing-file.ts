/** Ends the names of the files that say how many hooks are missing at a place of a segment. */
export const missingSuffix = '.missing'

/** The content of such a file. */
export const missingText = (hooks: number): Buffer => Buffer.from(`${JSON.stringify({ hooks })}\n`)

/** @returns undefined if the content is not valid */
export const readMissing = (content: Buffer): number | undefined => {
  try {
    const { hooks } = JSON.parse(content.toString()) as { hooks?: unknown }
    return typeof hooks === 'number' ? hooks : undefined
  } catch {
    return undefined
  }
}
