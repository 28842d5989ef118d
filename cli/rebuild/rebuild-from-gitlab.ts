import type { Consumer } from '../../consumers/consumer.ts'
import { openGitlabApis } from '../../consumers/gitlab-api/open-gitlab-apis.ts'
import { consumers } from '../../consumers/index.ts'
import { type Environment, readVariables } from '../../lib/config.ts'
import { UsageError } from '../../lib/errors.ts'
import { quietLogger } from '../../lib/logger.ts'
import { createMetrics } from '../../lib/metrics/metrics.ts'
import { findWorker } from '../workers/find-worker.ts'
import { gitlabWorkers } from '../workers/gitlab-workers.ts'

/**
 * Lets a stopped worker make what it keeps anew from GitLab's API alone.
 *
 * @returns one sentence for each GitLab
 * @throws UsageError if the worker does not support this, if it is running, or if no GitLab may be called;
 * ConfigError
 */
export const rebuildFromGitlab = async (
  name: string,
  env: Environment,
  workers: readonly Consumer[] = consumers,
): Promise<string[]> => {
  const worker = findWorker(name, workers)
  const { gitlabApi, rebuildFromGitlab: rebuild } = worker
  if (gitlabApi === undefined || rebuild === undefined)
    throw new UsageError(`${name} cannot be rebuilt from GitLab: GitLab's API does not tell what it keeps.`)
  const settings = readVariables(worker.variables, env)
  const gitlab = openGitlabApis({
    ...{ worker: name, workers: gitlabWorkers, scope: gitlabApi.scope, env },
    ...{ logger: quietLogger(), metrics: createMetrics() },
  })
  try {
    return await rebuild(settings, gitlab)
  } finally {
    await gitlab.close()
  }
}
