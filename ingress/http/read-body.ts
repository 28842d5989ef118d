import type { IncomingMessage } from 'node:http'
import { aborted, type TurnedAway, tooLarge, tooSlow, unavailable } from '../outcome.ts'
import { type CollectedBytes, collectBytes } from './collect-bytes.ts'
import type { OpenBodyMemory } from './unproven-bodies.ts'

/** Reads the exact bytes of a body. */
export type ReadBody = (request: IncomingMessage, openMemory: OpenBodyMemory) => Promise<Buffer | TurnedAway>

/**
 * Creates a reader of bodies. While a body arrives, its memory is reserved; it is released when the promise
 * resolves.
 *
 * @param timeoutMs limit for the whole body, from the call on, in milliseconds
 * @param extensionMs how much longer a body may take that still arrives at a good rate when its time is over:
 *   then this process was too slow, not the sender
 */
export const createReadBody =
  (maxBytes: number, timeoutMs: number, extensionMs = 4000): ReadBody =>
  (request, openMemory) =>
    new Promise((resolve) => {
      const collected = collectBytes()
      const finish = (result: Buffer | TurnedAway) => {
        clearLimit(limit)
        request.off('data', onData).off('end', onEnd).off('error', onAbort).off('close', onAbort)
        memory.release()
        resolve(result)
      }
      const memory = openMemory(() => finish(tooManyUnproven))
      const onData = (chunk: Buffer) => {
        if (collected.bytes() + chunk.length > maxBytes) return finish(tooLarge(maxBytes))
        if (!memory.reserve(chunk.length)) return finish(tooManyUnproven)
        collected.add(chunk)
      }
      const onEnd = () => finish(collected.all())
      const onAbort = () => finish(aborted())
      const limit = startLimit({ timeoutMs, extensionMs }, collected, () => finish(tooSlow(timeoutMs)))
      request.on('data', onData).on('end', onEnd).on('error', onAbort).on('close', onAbort)
    })

const tooManyUnproven = unavailable('too many hooks whose signature is not verified yet: try again later')

/** After the time limit, a body must bring so many bytes in each period, or else its sender is too slow. */
const leastProgress = { bytes: 64 * 1024, periodMs: 250 }

/** The time limit of one body. Its functions stand outside, because each hook needs one. */
interface Limit {
  timer: NodeJS.Timeout | undefined
  isCleared: boolean
  readonly collected: Pick<CollectedBytes, 'bytes'>
  onSlow(): void
}

/**
 * Calls `onSlow` once the sender was too slow. If this process was paused or busy, the rest of the body may
 * be waiting in the kernel when the time is over. It is read before anything is decided.
 */
const startLimit = (
  { timeoutMs, extensionMs }: { timeoutMs: number; extensionMs: number },
  collected: Limit['collected'],
  onSlow: () => void,
): Limit => {
  const limit: Limit = { timer: undefined, isCleared: false, collected, onSlow }
  const periods = Math.ceil(extensionMs / leastProgress.periodMs)
  limit.timer = setTimeout(extend, timeoutMs, limit, periods)
  return limit
}

const extend = (limit: Limit, periodsLeft: number): void => {
  const bytesBefore = limit.collected.bytes()
  // Timers run before the sockets are read. What is readable now is read before `setImmediate` calls.
  const readFirst = () => setImmediate(decide, limit, bytesBefore, periodsLeft)
  limit.timer = setTimeout(readFirst, leastProgress.periodMs)
}

const decide = (limit: Limit, bytesBefore: number, periodsLeft: number): void => {
  if (limit.isCleared) return
  const hasProgress = limit.collected.bytes() - bytesBefore >= leastProgress.bytes
  if (hasProgress && periodsLeft > 0) extend(limit, periodsLeft - 1)
  else limit.onSlow()
}

const clearLimit = (limit: Limit): void => {
  limit.isCleared = true
  clearTimeout(limit.timer)
}
