import type { WorkerParts } from './worker-parts.ts'

/** When a worker stops, the signal of its running calls is aborted after this time, in milliseconds. */
const releaseAfterMs = 5000
/** A worker promises to stop within 10 s. */
const closeLimitMs = 9000

/** Stops handling and closes everything. @throws Error saying what did not end in time */
export const closeInTime = async ({ stopping, releasing, calls, close }: WorkerParts): Promise<void> => {
  stopping.abort()
  const release = setTimeout(() => releasing.abort(new Error('the worker stops')), releaseAfterMs)
  const late = Promise.withResolvers<never>()
  const limit = setTimeout(() => {
    late.reject(new Error(calls.size > 0 ? 'a handler does not end' : 'the brokers do not answer'))
  }, closeLimitMs)
  try {
    await Promise.race([close(), late.promise])
  } finally {
    clearTimeout(release)
    clearTimeout(limit)
  }
}
