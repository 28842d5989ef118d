import { z } from 'zod'
import { messageOf } from '../../lib/errors.ts'
import type { Logger } from '../../lib/logger.ts'
import { apiPath } from './api-path.ts'
import { type FailureKind, gitlabFailureOf } from './failure.ts'
import type { GitlabApi } from './gitlab-api.ts'
import type { GitlabApiMetrics, TokenState } from './metrics.ts'

/** What a token may do: read everything that its owner can read, or also change it. */
export type TokenScope = 'read_api' | 'api'

/** Watches one token: whether GitLab accepts it, what it may do, and when it expires. */
export interface TokenWatch {
  /**
   * Asks GitLab about the token. It never throws: the answer goes to the metrics and to the log.
   *
   * @param signal ends it early; nothing is then logged
   */
  check(signal: AbortSignal): Promise<void>
  /** Notes the outcome of any other request. */
  note(outcome: 'ok' | FailureKind): void
}

export interface TokenWatchOptions {
  api: GitlabApi
  scope: TokenScope
  /** The setting that holds the token, for the log. */
  tokenSetting(): string
  metrics: GitlabApiMetrics
  logger: Logger
}

// https://docs.gitlab.com/api/personal_access_tokens/#self-inform
const self = z.object({
  scopes: z.array(z.string()),
  /** A date without a time; null where the token never expires. */
  expires_at: z.iso.date().nullable(),
})

const warnDays = 14
const dayMs = 86_400_000

export const createTokenWatch = (options: TokenWatchOptions): TokenWatch => {
  const { api, scope, tokenSetting, metrics, logger } = options
  let state: TokenState = 'unknown'
  let hasChecked = false
  let warnedAtDays: number | undefined
  const enter = (next: TokenState) => {
    if (next === state) return
    state = next
    metrics.setTokenState(api.instance, state)
    const fields = { gitlab: api.instance, setting: tokenSetting() }
    if (state === 'refused') logger.error("GitLab's API refuses the token", fields)
    if (state === 'insufficient_scope')
      logger.error("the scope of the token for GitLab's API is too narrow", { ...fields, needed: scope })
    if (state === 'accepted') logger.info("GitLab's API accepts the token", fields)
  }
  const warnBeforeExpiry = (expiresAt: string) => {
    const days = Math.ceil((Date.parse(expiresAt) - Date.now()) / dayMs)
    if (days > warnDays || days === warnedAtDays) return
    warnedAtDays = days
    logger.warn("the token for GitLab's API expires soon", {
      gitlab: api.instance,
      setting: tokenSetting(),
      expires_at: expiresAt,
      days_left: days,
    })
  }
  return {
    check: async (signal) => {
      try {
        const token = await api.call({ path: apiPath`/personal_access_tokens/self`, read: self, signal })
        // GitLab refuses the token from the beginning of that day on (UTC).
        const at = token.expires_at === null ? Number.POSITIVE_INFINITY : Date.parse(token.expires_at)
        metrics.setTokenExpiry(api.instance, at)
        enter(allows(token.scopes, scope) ? 'accepted' : 'insufficient_scope')
        if (token.expires_at !== null) warnBeforeExpiry(token.expires_at)
      } catch (error) {
        const kind = gitlabFailureOf(error)?.kind
        if (signal.aborted) return
        if (kind === 'unauthorized') metrics.setTokenExpiry(api.instance, 0)
        else
          logger.warn("GitLab's API did not say when the token expires", {
            gitlab: api.instance,
            error: messageOf(error),
          })
      } finally {
        hasChecked = true
      }
    },
    note: (outcome) => {
      if (outcome === 'unauthorized') enter('refused')
      if (outcome === 'insufficient_scope') enter('insufficient_scope')
      // A token of too narrow a scope may still read, so that a success says nothing about its scope.
      if (provesToken.has(outcome) && hasChecked && state !== 'insufficient_scope') enter('accepted')
    },
  }
}

/** Answers that GitLab gives only after it has accepted the token. */
const provesToken: ReadonlySet<'ok' | FailureKind> = new Set(['ok', 'forbidden', 'not_found', 'conflict'])

/** `api` includes `read_api`. A fine-grained token has other scopes, of which GitLab decides by request. */
const allows = (scopes: readonly string[], needed: TokenScope): boolean =>
  scopes.includes('api') || scopes.includes(needed) || scopes.includes('granular')
