import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

/** An order for the process of the clients. */
export type ClientsOrder =
  | { do: 'connect'; url: string; paths: readonly string[] }
  | { do: 'report'; expected: number }

/** What the clients have received since the last report. */
export interface ClientsReport {
  events: number
  /** Time from sending a hook until a client had its event, in milliseconds. */
  p50: number
  p99: number
  max: number
  /** Streams that have ended. */
  ended: number
}

/** The clients, in a process of their own, so that reading costs the benchmark itself no time. */
export const startClients = () => {
  const child = fork(fileURLToPath(new URL('clients-process.ts', import.meta.url)), { execArgv: [] })
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`The process of the clients ended with exit code ${code}`)
  })
  ended.catch(() => undefined)
  const ask = async (order: ClientsOrder): Promise<unknown> => {
    child.send(order)
    const [answer] = await Promise.race([once(child, 'message'), ended])
    return answer
  }
  return {
    /** Resolves when every client has the first bytes of its stream. */
    connect: async (url: string, paths: readonly string[]) => void (await ask({ do: 'connect', url, paths })),
    /** Reports once so many events have come, or after half a minute. */
    report: async (expected: number) => (await ask({ do: 'report', expected })) as ClientsReport,
    stop: () => child.disconnect(),
  }
}
