import type { RunningCalls } from '../middleware/track-calls.ts'

/**
 * Finds calls of the handler that do not end.
 *
 * @param calls the running calls
 * @returns a function for every poll, which returns whether a call has been running for `pollLimit` polls
 */
export const createHungCallCheck = (calls: RunningCalls, pollLimit: number): (() => boolean) => {
  const pollsOf = new Map<object, number>()
  return () => {
    for (const call of pollsOf.keys()) if (!calls.has(call)) pollsOf.delete(call)
    for (const call of calls) pollsOf.set(call, (pollsOf.get(call) ?? -1) + 1)
    return [...pollsOf.values()].some((polls) => polls >= pollLimit)
  }
}
