import type { Request, Response } from 'express'

/** An answer before it is written. */
export interface HttpAnswer {
  status: number
  body: object
  /** The same as bare lines, for shell scripts. */
  lines?: readonly string[] | undefined
  etag?: string
  location?: string
}

const words: Readonly<Record<number, string>> = {
  400: 'bad_request',
  401: 'unauthorized',
  404: 'not_found',
  405: 'method_not_allowed',
  406: 'not_acceptable',
  500: 'internal',
  503: 'unavailable',
}

export const problem = (status: number, message: string): HttpAnswer => ({
  status,
  body: { error: words[status], message },
  lines: [message],
})

/** Writes an answer as the header `Accept` asks. @returns its status */
export const answerWith = (request: Request, response: Response, answer: HttpAnswer): number => {
  const { status, body, lines, etag, location } = answer
  response.setHeader('Cache-Control', 'private, no-cache')
  response.setHeader('Vary', 'Accept, Authorization')
  if (location !== undefined) response.setHeader('Location', location)
  if (status === 401) response.setHeader('WWW-Authenticate', 'Bearer')
  if (etag !== undefined) {
    response.setHeader('ETag', etag)
    if (request.headers['if-none-match']?.split(/, */).includes(etag)) {
      response.status(304).end()
      return 304
    }
  }
  response.status(status)
  if (lines !== undefined && request.accepts(['json', 'text']) === 'text')
    response.type('text').send(lines.map((line) => `${line}\n`).join(''))
  else response.json(body)
  return status
}
