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
        limit.clear()
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

/**
 * Calls `onSlow` once the sender was too slow. If this process was paused or busy, the rest of the body may
 * be waiting in the kernel when the time is over. It is read before anything is decided.
 */
const startLimit = (
  { timeoutMs, extensionMs }: { timeoutMs: number; extensionMs: number },
  collected: Pick<CollectedBytes, 'bytes'>,
  onSlow: () => void,
): { clear(): void } => {
  let isCleared = false
  let timer: NodeJS.Timeout
  const decide = (bytesBefore: number, periodsLeft: number) => {
    if (isCleared) return
    const hasProgress = collected.bytes() - bytesBefore >= leastProgress.bytes
    if (!hasProgress || periodsLeft === 0) return onSlow()
    extend(periodsLeft - 1)
  }
  const extend = (periodsLeft: number) => {
    const bytesBefore = collected.bytes()
    // Timers run before the sockets are read. What is readable now is read before `setImmediate` calls.
    const readFirst = () => setImmediate(decide, bytesBefore, periodsLeft)
    timer = setTimeout(readFirst, leastProgress.periodMs)
  }
  timer = setTimeout(extend, timeoutMs, Math.ceil(extensionMs / leastProgress.periodMs))
  return {
    clear: () => {
      isCleared = true
      clearTimeout(timer)
    },
  }
}
