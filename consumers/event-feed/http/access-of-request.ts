import type { Request } from 'express'
import type { BearerTokens, TokenAccess } from '../../../lib/bearer-tokens.ts'
import type { TokenState } from '../stream/stream.ts'
import { accessOfToken, type FeedAccess, openAccess } from '../subscription/access.ts'
import { RefusedError } from './answer.ts'
import { sessionCookie } from './session-cookie.ts'

/** Who asks. */
export interface Caller {
  /** Name of the token; undefined where the feed has no tokens. */
  name: string | undefined
  access: FeedAccess
  /** Whether the token still is what it was. */
  tokenState(): TokenState
}

/** Undefined: the feed has no tokens, and everybody who reaches it may ask. */
export type Tokens = (() => BearerTokens) | undefined

/** @throws RefusedError */
export const callerOf = (request: Request, tokens: Tokens): Caller => {
  if (tokens === undefined) return { name: undefined, access: openAccess, tokenState: () => 'valid' }
  const current = tokens()
  const access = tokenAccessOf(request, current)
  if (access === 'expired') throw new RefusedError(401, 'the token has expired')
  if (access === 'unknown')
    throw new RefusedError(401, 'send a token: Authorization: Bearer <token>, or sign in at /')
  const seen = seenBy(access)
  const tokenState = (): TokenState => {
    const now = tokenAccessOf(request, tokens())
    if (typeof now === 'string') return 'token_expired'
    return seenBy(now) === seen ? 'valid' : 'token_changed'
  }
  return { name: access.name, access: sharedAccess(current, access, seen), tokenState }
}

/** Clients of one token share its access, which remembers projects, until the file has changed. */
const known = new WeakMap<BearerTokens, Map<string, FeedAccess>>()

const sharedAccess = (tokens: BearerTokens, access: TokenAccess, seen: string): FeedAccess => {
  const ofFile = known.get(tokens) ?? new Map<string, FeedAccess>()
  known.set(tokens, ofFile)
  const shared = ofFile.get(seen) ?? accessOfToken(access)
  ofFile.set(seen, shared)
  return shared
}

const seenBy = ({ projects, visibility, events }: TokenAccess): string =>
  JSON.stringify([projects, visibility, events])

const tokenAccessOf = (request: Request, tokens: BearerTokens): TokenAccess | 'unknown' | 'expired' => {
  const { authorization } = request.headers
  if (authorization !== undefined) return tokens.accessOf(authorization, Date.now())
  const session = sessionCookie(request.headers.cookie)
  return session === undefined ? 'unknown' : tokens.accessOfSession(session, Date.now())
}
