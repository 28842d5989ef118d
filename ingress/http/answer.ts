import type { IncomingMessage, ServerResponse } from 'node:http'

/**
 * Answers with JSON. The headers are set here because Express' own `json` costs more than encoding the
 * record.
 */
export const answer = (response: ServerResponse, status: number, body: Record<string, string>): void => {
  if (!isRestOfBodySmall(response.req)) response.setHeader('Connection', 'close')
  const text = JSON.stringify(body)
  response
    .writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) })
    .end(text)
}

/** Answers a request that is not a hook, or that failed. */
export const refuse = (response: ServerResponse, status: number, reason: string): void =>
  answer(response, status, { outcome: 'refused', reason })

/** The largest body of which Node reads and discards the rest after an early answer, in bytes. */
const maxDiscardedBytes = 1024 * 1024

/**
 * Whether the connection stays open although the body was not read. Closing it resets it, and a sender that
 * still writes would not see the answer; but a large or endless body must not be read only to be discarded.
 */
const isRestOfBodySmall = ({ complete, headers }: IncomingMessage): boolean =>
  complete || Number(headers['content-length'] ?? Number.POSITIVE_INFINITY) <= maxDiscardedBytes
