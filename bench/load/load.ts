import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** What to send, where and how fast. */
export interface LoadOrder {
  url: string
  headers: Readonly<Record<string, string>>
  body: string
  /** How many connections are open at the same time. */
  connections: number
  /**
   * Hooks per second of an open loop.
   * Without it each connection sends as fast as it is answered: a closed loop.
   */
  rate?: number
  /** The load ends after this number of hooks or after `maxSeconds`, whichever comes first. */
  maxHooks: number
  maxSeconds: number
}

/**
 * Times are in milliseconds. In an open loop a time begins when the hook was due, not when it could be sent.
 */
export interface LoadResult {
  /**
   * The number of answers by status. `0` counts hooks without an answer, also where their connection broke.
   */
  statuses: Readonly<Record<string, number>>
  answered: number
  seconds: number
  p50: number
  p99: number
  p999: number
}

/** A separate process that sends hooks, so that sending costs the benchmark itself no time. */
export interface Load {
  send(order: LoadOrder): Promise<LoadResult>
  stop(): void
}

export const startLoad = (): Load => {
  const child = fork(fileURLToPath(new URL('load-process.ts', import.meta.url)), { execArgv: [] })
  const ended = new Promise<never>((_, reject) =>
    child.once('exit', (code) => reject(new Error(`The load process ended with exit code ${code}`))),
  )
  ended.catch(() => undefined)
  return {
    send: (order) => {
      child.send(order)
      const answered = new Promise<LoadResult>((resolve) =>
        child.once('message', (result) => resolve(result as LoadResult)),
      )
      return Promise.race([answered, ended])
    },
    stop: () => child.disconnect(),
  }
}
