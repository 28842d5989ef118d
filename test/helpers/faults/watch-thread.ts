import { setTimeout as sleep } from 'node:timers/promises'
import { parentPort, workerData } from 'node:worker_threads'
import { post, pushOf } from '../records/hooks.ts'
import type { WatchedUrls } from './watch-ingress.ts'

// The thread of `watch-ingress.ts`.

const { hookUrl, liveUrl, idleUrl } = workerData as WatchedUrls
const statuses = new Set<number>()
let isStopped = false

const slowest = async (request: () => Promise<number>): Promise<number> => {
  let slowestMs = 0
  while (!isStopped) {
    const startedAt = performance.now()
    statuses.add(await request())
    slowestMs = Math.max(slowestMs, Math.round(performance.now() - startedAt))
    await sleep(20)
  }
  return slowestMs
}

const hooks = slowest(async () => (await post(hookUrl, pushOf(16))).status)
const live = slowest(async () => (await fetch(liveUrl)).status)
const idle = slowest(async () => (await fetch(idleUrl)).status)
parentPort?.once('message', async () => {
  isStopped = true
  parentPort?.postMessage({
    slowestHookMs: await hooks,
    slowestLiveMs: await live,
    slowestIdleMs: await idle,
    statuses: [...statuses],
  })
})
