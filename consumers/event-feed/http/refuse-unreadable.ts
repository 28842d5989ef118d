import { type Server, STATUS_CODES } from 'node:http'
import type { FeedMetrics } from '../metrics.ts'

/** What Node finds before a request reaches the application. */
const statuses: Readonly<Record<string, '408' | '431'>> = {
  HPE_HEADER_OVERFLOW: '431',
  ERR_HTTP_REQUEST_TIMEOUT: '408',
}

/** A client that does not close its half of the connection would otherwise keep it for ever. */
const closeLimitMs = 1000

/**
 * Answers and counts what is no request by HTTP, has headers that are too large, or comes too slowly.
 *
 * @param limitMs after which the connection is closed, in milliseconds
 */
export const refuseUnreadable = (
  server: Server,
  refused: FeedMetrics['refused'],
  limitMs = closeLimitMs,
): void => {
  server.on('clientError', ({ code }: NodeJS.ErrnoException, socket) => {
    if (code === 'ECONNRESET' || !socket.writable) return void socket.destroy()
    const status = statuses[code ?? ''] ?? '400'
    refused.inc({ status })
    socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\n\r\n`)
    const timer = setTimeout(() => socket.destroy(), limitMs)
    socket.once('close', () => clearTimeout(timer))
  })
}
