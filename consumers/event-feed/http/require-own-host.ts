import type { RequestHandler } from 'express'
import { isLoopback } from '../../../lib/http/is-loopback.ts'
import { RefusedError } from './answer.ts'

/**
 * Without tokens, only requests to a name of this machine are answered. A page of another site could
 * otherwise let its own name point to this machine, and read the feed in the browser of the user.
 */
export const requireOwnHost: RequestHandler = (request, _response, next) => {
  const host = (request.headers.host ?? '').replace(/:\d+$/, '').replace(/^\[|\]$/g, '')
  if (isLoopback(host)) return next()
  next(new RefusedError(403, 'without tokens, use the address 127.0.0.1 or localhost'))
}
