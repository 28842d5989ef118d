/** The bytes of a body, collected as they arrive. */
export interface CollectedBytes {
  add(chunk: Buffer): void
  /** How many bytes have been collected. */
  bytes(): number
  all(): Buffer
}

/** So many chunks are merged into one. */
const maxChunks = 1000

/**
 * A sender can send each byte of its body as a chunk of its own, and a chunk in memory needs a hundred bytes
 * more than its content. Chunks are therefore merged from time to time.
 */
export const collectBytes = (): CollectedBytes => {
  const merged: Buffer[] = []
  let chunks: Buffer[] = []
  let bytes = 0
  return {
    add: (chunk) => {
      bytes += chunk.length
      chunks.push(chunk)
      if (chunks.length < maxChunks) return
      merged.push(Buffer.concat(chunks))
      chunks = []
    },
    bytes: () => bytes,
    all: () => {
      const [first] = chunks
      if (merged.length === 0 && chunks.length === 1 && first !== undefined) return first
      return Buffer.concat([...merged, ...chunks], bytes)
    },
  }
}
