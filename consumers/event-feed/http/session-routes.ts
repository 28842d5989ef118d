import express, { type Express, type Request } from 'express'
import { callerOf, type Tokens } from './access-of-request.ts'
import { RefusedError } from './answer.ts'
import { setSessionCookie } from './session-cookie.ts'

const sessionSeconds = 12 * 60 * 60

/**
 * Sign in with a token, once, and sign out. The page then has a cookie, because a browser sends no header
 * with an event stream, and a token must never be in an address.
 */
export const addSessionRoutes = (app: Express, tokens: Tokens): void => {
  app.get('/session', (request, response) => {
    response.setHeader('Cache-Control', 'no-store')
    if (tokens === undefined) return void response.json({ state: 'open' })
    try {
      response.json({ state: 'signed_in', name: callerOf(request, tokens).name })
    } catch (error) {
      if (!(error instanceof RefusedError)) throw error
      response.json({ state: 'signed_out', reason: error.message })
    }
  })
  app.post('/session', express.json({ limit: '8kb' }), (request, response) => {
    if (tokens === undefined) throw new RefusedError(404, 'the feed has no tokens')
    const access = tokens().accessOf(`Bearer ${tokenOf(request)}`, Date.now())
    if (access === 'unknown') throw new RefusedError(403, 'this token is not known')
    if (access === 'expired') throw new RefusedError(403, 'this token has expired')
    const session = tokens().sessionOf(access, Date.now() + 1000 * sessionSeconds)
    response.setHeader('Cache-Control', 'no-store')
    response.setHeader('Set-Cookie', setSessionCookie(session, sessionSeconds, channelOf(request)))
    response.json({ state: 'signed_in', name: access.name })
  })
  app.delete('/session', (request, response) => {
    response.setHeader('Set-Cookie', setSessionCookie('', 0, channelOf(request)))
    response.json({ state: 'signed_out' })
  })
}

const tokenOf = ({ body }: Request): string => {
  const token = (body as { token?: unknown } | undefined)?.token
  return typeof token === 'string' ? token.trim() : ''
}

/** A proxy in front that ends TLS says so in this header. */
const channelOf = ({ headers }: Request) => (headers['x-forwarded-proto'] === 'https' ? 'tls' : 'clear')
