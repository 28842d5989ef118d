import { once } from 'node:events'
import { Worker } from 'node:worker_threads'

/** How long the slowest answers took, in milliseconds, and the statuses of all hooks. */
export interface Watched {
  slowestHookMs: number
  slowestLiveMs: number
  statuses: readonly number[]
}

/**
 * Posts small hooks and asks for `/livez` all the time. A thread of its own does this: a test that makes
 * large bodies would otherwise measure its own pauses.
 */
export const watchIngress = (urls: { hookUrl: string; liveUrl: string }): { stop(): Promise<Watched> } => {
  const worker = new Worker(new URL('./watch-thread.ts', import.meta.url), { workerData: urls })
  return {
    stop: async () => {
      worker.postMessage('stop')
      const [watched] = (await once(worker, 'message')) as [Watched]
      return watched
    },
  }
}
