/** What is known about the attempts at the message that a committed offset points to. */
export interface Attempts {
  /** Attempts that failed. */
  failed: number
  /** Attempts that began and of which no end is known. */
  begun: number
}

/** The attempts as text. It is committed as the metadata of the offset. */
export const attemptsMetadata = (failed: number, begun = 0): string =>
  `failed attempts: ${failed}${begun === 0 ? '' : `, begun: ${begun}`}`

/**
 * Reads the metadata of a committed offset. Metadata that other programs wrote means that there were no
 * attempts.
 */
export const parseAttempts = (metadata: string): Attempts => {
  const [, failed = 0, begun = 0] = /^failed attempts: (\d+)(?:, begun: (\d+))?$/.exec(metadata) ?? []
  return { failed: Number(failed), begun: Number(begun) }
}
