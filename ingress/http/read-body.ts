import type { IncomingMessage } from 'node:http'
import { aborted, type TurnedAway, tooLarge, tooSlow, unavailable } from '../outcome.ts'
import type { ByteBudget } from './byte-budget.ts'

/** The body's exact bytes, or why there are none. */
export type ReadBody = (request: IncomingMessage, budget: ByteBudget) => Promise<Buffer | TurnedAway>

/**
 * Reads bodies up to a limit. The bytes are taken from the budget while they arrive; when the promise resolves they have been given back.
 *
 * @param timeoutMs from now until the last byte, in milliseconds
 */
export const createReadBody =
  (maxBytes: number, timeoutMs: number): ReadBody =>
  (request, budget) =>
    new Promise((resolve) => {
      const chunks: Buffer[] = []
      let bytes = 0
      const settle = (result: Buffer | TurnedAway) => {
        clearTimeout(timer)
        request.off('data', read).off('end', end).off('error', abort).off('close', abort)
        budget.give(bytes)
        resolve(result)
      }
      const read = (chunk: Buffer) => {
        if (bytes + chunk.length > maxBytes) return settle(tooLarge(maxBytes))
        if (!budget.take(chunk.length)) return settle(unavailable('too many unproven bodies at a time'))
        bytes += chunk.length
        chunks.push(chunk)
      }
      const end = () =>
        settle(chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks, bytes))
      const abort = () => settle(aborted())
      const timer = setTimeout(settle, timeoutMs, tooSlow(timeoutMs))
      request.on('data', read).on('end', end).on('error', abort).on('close', abort)
    })
