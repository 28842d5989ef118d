import { PermanentError, RetriableError } from '../../lib/errors.ts'
import type { ValueOfLabel } from '../../lib/metrics/catalogue.ts'

/**
 * Why a request to GitLab's API failed.
 *
 * | kind | answer of GitLab | thrown as |
 * | --- | --- | --- |
 * | `unauthorized` | 401: the token is wrong, expired or revoked; 403: the bot is blocked | retriable |
 * | `insufficient_scope` | 403: the token may not do this anywhere | retriable |
 * | `forbidden` | 403: the role of the bot is too low for this object | permanent |
 * | `not_found` | 404, 410: it does not exist, or the bot may not see it | permanent |
 * | `conflict` | 409, 412: it exists already, or was changed meanwhile | permanent |
 * | `invalid` | any other 4xx: GitLab refuses the request itself | permanent |
 * | `rate_limited` | 429 for longer than the request may wait | retriable, with the time that GitLab named |
 * | `unavailable` | no answer in time, 408, 5xx, or an answer that is not from GitLab | retriable |
 * | `unexpected` | an answer of a shape that is not the documented one, or too large | permanent |
 *
 * The operator can end the first two by another token, so that they are retriable.
 */
export type FailureKind = Exclude<ValueOfLabel<'gitlab_api_requests_total', 'outcome'>, 'ok'>

export interface GitlabFailure {
  kind: FailureKind
  /** Status of the answer; undefined if there was none. */
  status: number | undefined
  /**
   * `none`: GitLab did not do what was asked. `unknown`: it may have done it, because the answer to a request
   * that changes something is missing or cannot be understood. Look before you repeat such a request.
   */
  effect: 'none' | 'unknown'
}

/** GitLab's API cannot be used now. The worker waits and keeps the order. */
export class GitlabRetriableError extends RetriableError {
  readonly failure: GitlabFailure

  constructor(message: string, failure: GitlabFailure, options: RetryOptions = {}) {
    super(message, options)
    this.failure = failure
  }
}

/** GitLab's API refuses this request, however often it is repeated. */
export class GitlabPermanentError extends PermanentError {
  readonly failure: GitlabFailure

  constructor(message: string, failure: GitlabFailure) {
    super(message)
    this.failure = failure
  }
}

interface RetryOptions {
  cause?: unknown
  retryAfterMs?: number
}

const isRetriable: Readonly<Record<FailureKind, boolean>> = {
  unauthorized: true,
  insufficient_scope: true,
  forbidden: false,
  not_found: false,
  conflict: false,
  invalid: false,
  rate_limited: true,
  unavailable: true,
  unexpected: false,
}

/** Makes the error that the runtime of the workers understands. */
export const gitlabError = (
  message: string,
  failure: GitlabFailure,
  options: RetryOptions = {},
): GitlabRetriableError | GitlabPermanentError =>
  isRetriable[failure.kind]
    ? new GitlabRetriableError(message, failure, options)
    : new GitlabPermanentError(message, failure)

/** What failed, if the error comes from a request to GitLab's API. */
export const gitlabFailureOf = (error: unknown): GitlabFailure | undefined =>
  error instanceof GitlabRetriableError || error instanceof GitlabPermanentError ? error.failure : undefined
