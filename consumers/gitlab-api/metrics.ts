import { metricCatalogue, type ValueOfLabel } from '../../lib/metrics/catalogue.ts'
import type { Metrics } from '../../lib/metrics/metrics.ts'
import type { FailureKind } from './failure.ts'

/** What GitLab's API last said of a token. */
export type TokenState = ValueOfLabel<'gitlab_api_token_state', 'state'>

const tokenStates: readonly TokenState[] = metricCatalogue.gitlab_api_token_state.labels.state

/** The metrics of one GitLab. What each one means is said in `lib/metrics/`. */
export interface GitlabApiMetrics {
  /** @param seconds duration of the request; undefined if the outcome is found out later */
  countRequest(gitlab: string, outcome: 'ok' | FailureKind, seconds: number | undefined): void
  setTokenState(gitlab: string, state: TokenState): void
  /** @param at milliseconds since 1970; `Infinity`: never; 0: not known */
  setTokenExpiry(gitlab: string, at: number): void
  /** Removes the series of the token of a GitLab that is no longer configured. */
  removeToken(gitlab: string): void
}

/** @param gitlabs the instances that are configured at the start */
export const createGitlabApiMetrics = (metrics: Metrics, gitlabs: readonly string[]): GitlabApiMetrics => {
  const requests = metrics.counter('gitlab_api_requests_total', { gitlabs })
  const duration = metrics.histogram('gitlab_api_request_duration_seconds', { gitlabs })
  const state = metrics.gauge('gitlab_api_token_state', { gitlabs })
  const expires = metrics.gauge('gitlab_api_token_expires_timestamp_seconds', { gitlabs })
  return {
    countRequest: (gitlab, outcome, seconds) => {
      requests.inc({ gitlab, outcome })
      if (seconds !== undefined) duration.observe({ gitlab }, seconds)
    },
    setTokenState: (gitlab, current) => {
      for (const each of tokenStates) state.set({ gitlab, state: each }, each === current ? 1 : 0)
    },
    setTokenExpiry: (gitlab, at) => expires.set({ gitlab }, at / 1000),
    removeToken: (gitlab) => {
      for (const each of tokenStates) state.remove({ gitlab, state: each })
      expires.remove({ gitlab })
    },
  }
}
