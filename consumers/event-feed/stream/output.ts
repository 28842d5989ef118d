import type { ServerResponse } from 'node:http'

/** The connection of a client. */
export interface Output {
  /** After the end it does nothing: a reading of the log can be under way then. */
  write(bytes: Buffer): void
  /** How many bytes wait for the client. */
  waiting(): number
  /** Resolves when nothing waits for the client, when it has gone, or after this time in milliseconds. */
  drained(limitMs: number): Promise<void>
  /** Calls back when the client has read nothing for a minute although something waits for it. */
  onStalled(callback: () => void): void
  /** Ends the stream. A client that does not read is disconnected after a second. */
  end(): void
}

const endLimitMs = 1000

/**
 * A client that reads slowly shows no progress for a while: its system takes more only when a part of its
 * buffer, up to some hundred kilobytes, is free again.
 */
const stalledMs = 60_000

/** @param limitMs after which a client that reads nothing is stalled, in milliseconds */
export const createOutput = (response: ServerResponse, limitMs = stalledMs): Output => ({
  write: (bytes) => {
    // Node would raise an error that nobody handles, and the process would end.
    if (!response.writableEnded) response.write(bytes)
  },
  waiting: () => response.writableLength,
  drained: (drainLimitMs) =>
    new Promise((resolve) => {
      if (response.writableLength === 0 || response.destroyed) return resolve()
      const done = () => {
        clearTimeout(timer)
        response.off('drain', done)
        response.off('close', done)
        resolve()
      }
      const timer = setTimeout(done, drainLimitMs)
      response.on('drain', done)
      response.on('close', done)
    }),
  onStalled: (callback) => {
    // The timer of a socket begins again whenever the system takes some bytes, also a part of one write.
    response.setTimeout(limitMs, () => {
      if (response.writableLength > 0) callback()
    })
  },
  end: () => {
    response.end()
    const timer = setTimeout(() => response.destroy(), endLimitMs)
    response.once('close', () => clearTimeout(timer))
  },
})
