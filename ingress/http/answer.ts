import type { IncomingMessage, ServerResponse } from 'node:http'

/**
 * Answers with JSON. The headers are set here because Express' own `json` costs more than encoding the
 * record.
 */
export const answer = (response: ServerResponse, status: number, body: Record<string, string>): void => {
  if (!isRestDiscarded(response.req)) response.setHeader('Connection', 'close')
  const text = JSON.stringify(body)
  response
    .writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) })
    .end(text)
}

/** Answers a request that is not a hook, or that failed. */
export const refuse = (response: ServerResponse, status: number, reason: string): void =>
  answer(response, status, { outcome: 'refused', reason })

/** The rest of a larger body is not read after an early answer. */
const maxDiscardedBytes = 1024 * 1024

/**
 * Whether Node reads and discards the rest of the body. If the connection were closed at once, a sender that
 * still writes would see a reset instead of the answer. For a large or endless body this would cost too much,
 * so its connection is closed.
 */
const isRestDiscarded = ({ complete, headers }: IncomingMessage): boolean =>
  complete || Number(headers['content-length'] ?? Number.POSITIVE_INFINITY) <= maxDiscardedBytes
