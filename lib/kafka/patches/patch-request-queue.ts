import { createRequire } from 'node:module'

interface RequestQueue {
  throttleCheckTimeoutId: NodeJS.Timeout | null
  throttledUntil: number
  pending: unknown[]
  maxInFlightRequests: number | null
  inflight: ReadonlyMap<number, unknown>
  maybeThrottle(clientSideThrottleTime: number | null): void
  canSendSocketRequestImmediately(): boolean
  checkPendingRequests(): void
  scheduleCheckPendingRequests(): void
}

/**
 * Starts a timer only while requests are pending, instead of starting a new one whenever the last one ends.
 *
 * A broker may ask the client to wait before its next request. The client measures that time by the clock of
 * the machine. If the clock is set back meanwhile, no request is sent until it has caught up. So this uses
 * the monotonic clock.
 */
export const patchRequestQueue = (): void => {
  const { prototype } = createRequire(import.meta.url)('kafkajs/src/network/requestQueue') as {
    prototype: RequestQueue
  }
  prototype.maybeThrottle = function (throttleMs) {
    if (throttleMs !== null && throttleMs > 0)
      this.throttledUntil = Math.max(performance.now() + throttleMs, this.throttledUntil)
  }
  prototype.canSendSocketRequestImmediately = function () {
    const isFull = this.inflight.size >= (this.maxInFlightRequests ?? Number.POSITIVE_INFINITY)
    return !isFull && this.throttledUntil <= performance.now()
  }
  prototype.scheduleCheckPendingRequests = function () {
    if (this.throttleCheckTimeoutId !== null || this.pending.length === 0) return
    const throttledMs = this.throttledUntil - performance.now()
    this.throttleCheckTimeoutId = setTimeout(
      () => {
        this.throttleCheckTimeoutId = null
        this.checkPendingRequests()
      },
      throttledMs > 0 ? throttledMs : 10,
    )
  }
}
