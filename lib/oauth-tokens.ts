import { backoffMs } from './backoff.ts'
import type { OAuthSettings } from './oauth-settings.ts'
import { type IssuedToken, requestOAuthToken } from './request-oauth-token.ts'

/** The tokens of one client of an identity provider. */
export interface OAuthTokens {
  /**
   * A token that is valid for some more time. It is renewed when three quarters of its life are over. If the
   * renewal fails or takes long, the old token is used until it expires.
   *
   * @throws the error of the last attempt, if there is no valid token. See `requestOAuthToken`
   */
  current(): Promise<string>
  /** The claim `sub` of the last token; undefined before the first one, or if the token is no JWT. */
  subject(): string | undefined
}

interface OAuthTokensOptions {
  /** Default: by HTTP. */
  request?: () => Promise<IssuedToken>
  /** Milliseconds of a clock that never goes back. */
  now?: () => number
}

/** The failures in a row, so that a broken identity provider is not asked by every login. */
const backoff = { firstMs: 500, maxMs: 10_000, jitter: 0.5 }

/** How long a login waits for a new token while the old one is still valid, in milliseconds. */
const renewalWaitMs = 300

/**
 * How long a token must live at least, in milliseconds: brokers end the session with the token, and refuse a
 * renewal within one second.
 */
const leastLifeMs = (lifetimeMs: number): number => Math.min(5000, lifetimeMs / 4)

export const createOAuthTokens = (
  settings: OAuthSettings,
  { request = () => requestOAuthToken(settings), now = () => performance.now() }: OAuthTokensOptions = {},
): OAuthTokens => {
  let token: { value: string; renewAt: number; usedUntil: number; subject: string | undefined } | undefined
  let running: Promise<void> | undefined
  let failure: { error: unknown; count: number; nextAt: number } | undefined

  const renew = async (): Promise<void> => {
    const startedAt = now()
    try {
      const { value, lifetimeMs, subject } = await request()
      // Not all processes of a cluster should renew in the same second.
      const renewAfterMs = lifetimeMs * (0.75 + Math.random() * 0.05)
      const usedUntil = startedAt + lifetimeMs - leastLifeMs(lifetimeMs)
      token = { value, subject, renewAt: startedAt + renewAfterMs, usedUntil }
      failure = undefined
    } catch (error) {
      const count = (failure?.count ?? 0) + 1
      failure = { error, count, nextAt: now() + backoffMs(backoff, count) }
      throw error
    } finally {
      running = undefined
    }
  }

  /** All callers share one request. */
  const renewOnce = (): Promise<void> => {
    if (running === undefined && failure !== undefined && now() < failure.nextAt)
      return Promise.reject(failure.error)
    running ??= renew()
    return running
  }

  return {
    current: async () => {
      const isValid = token !== undefined && now() < token.usedUntil
      if (token !== undefined && now() < token.renewAt && isValid) return token.value
      const renewal = renewOnce()
      if (isValid) await Promise.race([renewal.catch(() => undefined), waitMs(renewalWaitMs)])
      else await renewal
      return token?.value ?? ''
    },
    subject: () => token?.subject,
  }
}

const waitMs = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms).unref())
