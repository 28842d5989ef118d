import type { IncomingMessage } from 'node:http'
import { aborted, type TurnedAway, tooLarge, tooSlow, unavailable } from '../outcome.ts'
import type { ByteBudget } from './byte-budget.ts'

/** Reads the exact bytes of a body. */
export type ReadBody = (request: IncomingMessage, budget: ByteBudget) => Promise<Buffer | TurnedAway>

/**
 * Creates a reader of bodies. While a body arrives, its bytes are reserved in the budget; they are released
 * when the promise resolves.
 *
 * @param timeoutMs limit for the whole body, from the call on, in milliseconds
 */
export const createReadBody =
  (maxBytes: number, timeoutMs: number): ReadBody =>
  (request, budget) =>
    new Promise((resolve) => {
      const chunks: Buffer[] = []
      let bytes = 0
      const finish = (result: Buffer | TurnedAway) => {
        clearTimeout(timer)
        request.off('data', onData).off('end', onEnd).off('error', onAbort).off('close', onAbort)
        budget.release(bytes)
        resolve(result)
      }
      const onData = (chunk: Buffer) => {
        if (bytes + chunk.length > maxBytes) return finish(tooLarge(maxBytes))
        if (!budget.reserve(chunk.length)) return finish(tooManyUnproven)
        bytes += chunk.length
        chunks.push(chunk)
      }
      const onEnd = () => {
        const [first] = chunks
        finish(chunks.length === 1 && first !== undefined ? first : Buffer.concat(chunks, bytes))
      }
      const onAbort = () => finish(aborted())
      const timer = setTimeout(finish, timeoutMs, tooSlow(timeoutMs))
      request.on('data', onData).on('end', onEnd).on('error', onAbort).on('close', onAbort)
    })

const tooManyUnproven = unavailable('too many hooks whose signature is not verified yet: try again later')
