import type { FailureKind } from '../../../../consumers/gitlab-api/failure.ts'
import type { GitlabApi } from '../../../../consumers/gitlab-api/gitlab-api.ts'
import { createGitlabClient } from '../../../../consumers/gitlab-api/gitlab-client.ts'
import type { GitlabInstance } from '../../../../consumers/gitlab-api/gitlab-instance.ts'
import type { Patience, TimeLimits } from '../../../../consumers/gitlab-api/patience.ts'
import { createRateGate } from '../../../../consumers/gitlab-api/rate-gate.ts'
import { createTransport } from '../../../../consumers/gitlab-api/transport.ts'
import { botToken } from './seed.ts'

/** Times in which a busy machine still answers, and which end soon where there is no answer. */
export const shortLimits: Readonly<Record<Patience, TimeLimits>> = {
  handler: { attemptMs: 5000, totalMs: 20_000, repetitions: 2 },
  background: { attemptMs: 5000, totalMs: 60_000, repetitions: 8 },
}

/** A client of the double, and the outcomes of its requests. The caller closes it. */
export const clientOf = (
  double: { url: string },
  instance: Partial<GitlabInstance> = {},
  limits = shortLimits,
): { api: GitlabApi; outcomes: ('ok' | FailureKind)[]; close(): Promise<void> } => {
  const complete: GitlabInstance = {
    instance: new URL(double.url).origin,
    url: double.url,
    token: botToken,
    ca: undefined,
    tokenSetting: 'GITLAB_API_TOKEN',
    ...instance,
  }
  const outcomes: ('ok' | FailureKind)[] = []
  const transport = createTransport(complete.ca)
  const api = createGitlabClient(
    {
      instance: () => complete,
      transport,
      gate: createRateGate(() => performance.now()),
      onSent: (outcome) => void outcomes.push(outcome),
    },
    limits,
  )
  return { api, outcomes, close: transport.close }
}
