import type { Logger } from '../../lib/logger.ts'
import type { GitlabApi } from './gitlab-api.ts'
import { createGitlabClient } from './gitlab-client.ts'
import type { GitlabInstance } from './gitlab-instance.ts'
import type { GitlabApiMetrics } from './metrics.ts'
import type { Patience, TimeLimits } from './patience.ts'
import type { Connection } from './perform.ts'
import { createRateGate } from './rate-gate.ts'
import { createTokenWatch, type TokenScope, type TokenWatch } from './token-watch.ts'
import type { Transport } from './transport.ts'

export interface InstanceOptions {
  /** As it is configured now: its token may change between two requests. Its name stays. */
  instance(): GitlabInstance
  transport: Transport
  /** The least scope with which the worker can do its work. */
  scope: TokenScope
  metrics: GitlabApiMetrics
  logger: Logger
  limits?: Readonly<Record<Patience, TimeLimits>> | undefined
}

/** Makes the client of one GitLab, whose requests are counted, and the watch of its token. */
export const openInstance = (
  options: InstanceOptions,
): { api: GitlabApi; checkToken: TokenWatch['check'] } => {
  const { instance, transport, scope, metrics, logger, limits } = options
  const name = instance().instance
  const connection: Connection = {
    instance,
    transport,
    gate: createRateGate(() => performance.now()),
    onSent: (outcome, seconds) => {
      metrics.countRequest(name, outcome, seconds)
      watch.note(outcome)
    },
  }
  const api = createGitlabClient(connection, limits)
  const tokenSetting = () => instance().tokenSetting
  const watch = createTokenWatch({ api, scope, tokenSetting, metrics, logger })
  metrics.setTokenState(name, 'unknown')
  return { api, checkToken: watch.check }
}
