import type { FileHandle } from 'node:fs/promises'

/** Writes all buffers, in order: one call of `write` may write only a part. */
export const writeAll = async (file: FileHandle, buffers: readonly Buffer[]): Promise<void> => {
  const bytes = Buffer.concat(buffers)
  for (let written = 0; written < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, written)
    written += bytesWritten
  }
}

/**
 * Reads until the bytes are complete or the file ends. A single call of `read` may return fewer bytes: a
 * disk that fails returns what comes before the failure first, and reports the error with the next call.
 */
export const readUpTo = async (file: FileHandle, at: number, bytes: number): Promise<Buffer> => {
  const buffer = Buffer.allocUnsafe(bytes)
  for (let filled = 0; filled < bytes; ) {
    const { bytesRead } = await file.read(buffer, filled, bytes - filled, at + filled)
    if (bytesRead === 0) return buffer.subarray(0, filled)
    filled += bytesRead
  }
  return buffer
}
