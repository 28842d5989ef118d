import type { RequestHandler } from 'express'

/**
 * Lets pages of the configured origins read streams with a token. A cookie is never accepted from them,
 * because credentials are not allowed.
 */
export const allowOrigins =
  (origins: readonly string[]): RequestHandler =>
  (request, response, next) => {
    const { origin } = request.headers
    if (origins.length > 0) response.vary('Origin')
    if (origin !== undefined && (origins.includes('*') || origins.includes(origin))) {
      response.setHeader('Access-Control-Allow-Origin', origin)
      response.setHeader('Access-Control-Allow-Methods', 'GET')
      response.setHeader('Access-Control-Allow-Headers', 'Authorization, Last-Event-ID, Cache-Control')
      response.setHeader('Access-Control-Max-Age', '600')
    }
    if (request.method === 'OPTIONS') return void response.status(204).end()
    next()
  }
