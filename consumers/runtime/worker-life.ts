/** The signals by which a worker stops, and the failure that ends it. */
export interface WorkerLife {
  /** When it is aborted, no further call of the handler begins. */
  readonly stopping: AbortController
  /** When it is aborted, the running calls should end. */
  readonly releasing: AbortController
  /** Rejects when the worker can no longer do its work. It never resolves. */
  readonly failure: Promise<never>
  /** Makes `failure` reject. Only the first error counts. */
  fail(error: unknown): void
}

export const createWorkerLife = (): WorkerLife => {
  const { promise, reject } = Promise.withResolvers<never>()
  // The failure may come before anything waits for it.
  promise.catch(() => undefined)
  return {
    stopping: new AbortController(),
    releasing: new AbortController(),
    failure: promise,
    fail: reject,
  }
}
