import type { RequestHandler } from 'express'
import { isLoopback } from '../../../lib/http/is-loopback.ts'
import { RefusedError } from './answer.ts'

/** HTTP/1.1 wants the header, and answers to a browser depend on it. */
export const requireHost: RequestHandler = ({ headers, httpVersion }, _response, next) => {
  if (headers.host !== undefined || httpVersion === '1.0') return next()
  next(new RefusedError(400, 'a request must have the header Host'))
}

/**
 * Without tokens, only requests to a name of this machine are answered. A page of another site could
 * otherwise let its own name point to this machine, and read the feed in the browser of the user.
 */
export const requireOwnHost: RequestHandler = (request, _response, next) => {
  const host = (request.headers.host ?? '').replace(/:\d+$/, '').replace(/^\[|\]$/g, '')
  if (isLoopback(host)) return next()
  next(new RefusedError(403, 'without tokens, use the address 127.0.0.1 or localhost'))
}
