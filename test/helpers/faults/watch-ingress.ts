import { once } from 'node:events'
import { Worker } from 'node:worker_threads'

/** How long the slowest answers took, in milliseconds, and the statuses of all answers. */
export interface Watched {
  slowestHookMs: number
  slowestLiveMs: number
  /** Of the process that does nothing else. */
  slowestIdleMs: number
  statuses: readonly number[]
}

export interface WatchedUrls {
  hookUrl: string
  liveUrl: string
  /** Of an `idle-server.ts`. */
  idleUrl: string
}

/**
 * Posts small hooks, asks for `/livez` and asks an idle process all the time. A thread of its own does
 * this: a test that makes large bodies would otherwise measure its own pauses.
 */
export const watchIngress = (urls: WatchedUrls): { stop(): Promise<Watched> } => {
  const worker = new Worker(new URL('./watch-thread.ts', import.meta.url), { workerData: urls })
  // The thread does not keep the test process alive where a failed test does not stop it.
  worker.unref()
  return {
    stop: async () => {
      worker.ref()
      worker.postMessage('stop')
      const [watched] = (await once(worker, 'message')) as [Watched]
      return watched
    },
  }
}
