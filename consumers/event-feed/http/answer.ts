import type { Response } from 'express'

/** Why a request is refused. */
export interface Refusal {
  status: 400 | 401 | 403 | 404 | 405 | 429 | 500 | 503
  message: string
}

const words: Readonly<Record<Refusal['status'], string>> = {
  400: 'bad_request',
  401: 'unauthorized',
  403: 'forbidden',
  404: 'not_found',
  405: 'method_not_allowed',
  429: 'too_many_requests',
  500: 'internal',
  503: 'unavailable',
}

/** A request is refused while it is answered. */
export class RefusedError extends Error {
  override readonly name = 'RefusedError'
  readonly refusal: Refusal

  constructor(status: Refusal['status'], message: string) {
    super(message)
    this.refusal = { status, message }
  }
}

export const refuse = (response: Response, { status, message }: Refusal): void => {
  response.setHeader('Cache-Control', 'no-store')
  if (status === 401) response.setHeader('WWW-Authenticate', 'Bearer')
  if (status === 429 || status === 503) response.setHeader('Retry-After', '10')
  response.status(status).json({ error: words[status], message })
}
