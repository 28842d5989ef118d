import type { ServerResponse } from 'node:http'

/** The connection of a client. */
export interface Output {
  /** After the end it does nothing: a reading of the log can be under way then. */
  write(bytes: Buffer): void
  /** How many bytes wait for the client. */
  waiting(): number
  /** Resolves when nothing waits for the client, or when it has gone. */
  drained(): Promise<void>
  /** Ends the stream. A client that does not read is disconnected after a second. */
  end(): void
}

const endLimitMs = 1000

export const createOutput = (response: ServerResponse): Output => ({
  write: (bytes) => {
    // Node would raise an error that nobody handles, and the process would end.
    if (!response.writableEnded) response.write(bytes)
  },
  waiting: () => response.writableLength,
  drained: () =>
    new Promise((resolve) => {
      if (response.writableLength === 0 || response.destroyed) return resolve()
      const done = () => {
        response.off('drain', done)
        response.off('close', done)
        resolve()
      }
      response.on('drain', done)
      response.on('close', done)
    }),
  end: () => {
    response.end()
    const timer = setTimeout(() => response.destroy(), endLimitMs)
    response.once('close', () => clearTimeout(timer))
  },
})
