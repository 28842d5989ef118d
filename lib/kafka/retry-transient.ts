import { setTimeout as sleep } from 'node:timers/promises'
import type { KafkajsCluster } from './cluster.ts'

const defaultLimitMs = 20_000
const waitMs = 200

/**
 * Repeats a request while it fails for a reason that passes by itself, such as a coordinator that has moved
 * or a broker that has just restarted.
 *
 * @param limitMs after this time, in milliseconds, the next error is final
 * @throws the last error of the request
 */
export const retryTransient = async <T>(
  cluster: KafkajsCluster,
  request: () => Promise<T>,
  limitMs = defaultLimitMs,
): Promise<T> => {
  const deadline = Date.now() + limitMs
  for (;;) {
    try {
      return await request()
    } catch (error) {
      if (!isTransient(error) || Date.now() > deadline) throw error
      await sleep(waitMs)
      await cluster.refreshMetadata().catch(() => undefined)
    }
  }
}

// The first group of a cluster has no coordinator until the brokers have created the topic that stores
// offsets.
const isTransient = (error: unknown): boolean =>
  (error as { retriable?: unknown }).retriable === true ||
  (error as Error).name === 'KafkaJSGroupCoordinatorNotFound'
