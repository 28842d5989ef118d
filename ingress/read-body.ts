import type { IncomingMessage } from 'node:http'
import type { TurnedAway } from './outcome.ts'

/** The body's exact bytes, or why there are none. */
export type ReadBody = (request: IncomingMessage) => Promise<Buffer | TurnedAway>

/** @param timeoutMs from now until the last byte, in milliseconds */
export const createReadBody =
  (maxBytes: number, timeoutMs: number): ReadBody =>
  (request) =>
    new Promise((resolve) => {
      const chunks: Buffer[] = []
      let bytes = 0
      const settle = (result: Buffer | TurnedAway) => {
        clearTimeout(timer)
        request.off('data', read).off('end', end).off('error', abort).off('close', abort)
        resolve(result)
      }
      const read = (chunk: Buffer) => {
        bytes += chunk.length
        chunks.push(chunk)
        if (bytes > maxBytes) settle({ kind: 'too_large', reason: `the body is larger than ${maxBytes} bytes` })
      }
      const end = () => settle(chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks, bytes))
      const abort = () => settle({ kind: 'aborted', reason: 'the connection closed before the body was complete' })
      const timer = setTimeout(settle, timeoutMs, { kind: 'too_slow', reason: `the body took longer than ${timeoutMs / 1000} s` })
      request.on('data', read).on('end', end).on('error', abort).on('close', abort)
    })
