import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** What to send, where to, how. */
export interface LoadOrder {
  url: string
  headers: Readonly<Record<string, string>>
  body: string
  /** Connections open at a time. */
  connections: number
  /** Hooks a second, in an open loop; absent: each connection sends as fast as it is answered. */
  rate?: number
  /** The load ends after so many hooks or so many seconds, whichever comes first. */
  maxHooks: number
  maxSeconds: number
}

/** What came of it. Times in milliseconds; of an open loop from when a hook was due, not from when it could be sent. */
export interface LoadResult {
  /** Answers by status; `0` counts connections that broke and hooks never answered. */
  statuses: Readonly<Record<string, number>>
  answered: number
  seconds: number
  p50: number
  p99: number
  p999: number
}

/** A process of its own that sends hooks. */
export interface Load {
  send(order: LoadOrder): Promise<LoadResult>
  stop(): void
}

export const startLoad = (): Load => {
  const child = fork(fileURLToPath(new URL('load-process.ts', import.meta.url)), { execArgv: [] })
  const ended = new Promise<never>((_, reject) =>
    child.once('exit', (code) => reject(new Error(`the load process ended with ${code}`))),
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
