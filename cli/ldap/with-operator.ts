import { openGitlabApis } from '../../consumers/gitlab-api/open-gitlab-apis.ts'
import {
  ldapSyncVariables,
  type Operator,
  openOperator,
} from '../../consumers/ldap-sync/operate/open-operator.ts'
import { type Environment, readVariables } from '../../lib/config.ts'
import { quietLogger } from '../../lib/logger.ts'
import { createMetrics } from '../../lib/metrics/metrics.ts'
import { gitlabWorkers } from '../workers/gitlab-workers.ts'

/**
 * Opens what the worker has, with the same settings, while an action runs.
 *
 * @throws ConfigError naming every variable at fault
 */
export const withOperator = async <T>(
  env: Environment,
  act: (operator: Operator) => Promise<T>,
): Promise<T> => {
  const settings = readVariables(ldapSyncVariables, env)
  const logger = quietLogger()
  const worker = 'ldap-sync'
  const metrics = createMetrics()
  const gitlab = openGitlabApis({ worker, workers: gitlabWorkers, scope: 'read_api', env, logger, metrics })
  try {
    const operator = openOperator(settings, logger, gitlab)
    return await act(operator).finally(operator.close)
  } finally {
    await gitlab.close()
  }
}
