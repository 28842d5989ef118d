/**
 * The interval of heartbeats, in milliseconds. A session is fifteen intervals long, so that a few heartbeats
 * may be lost.
 */
export const heartbeatIntervalMs = (sessionSeconds: number): number =>
  Math.round((sessionSeconds * 1000) / 15)
