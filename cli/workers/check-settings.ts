import type { Consumer } from '../../consumers/consumer.ts'
import { readInstances } from '../../consumers/gitlab-api/read-instances.ts'
import { ownVariablesOf } from '../../consumers/runtime/worker-variables.ts'
import { type Environment, readVariables } from '../../lib/config.ts'
import { gitlabWorkers } from './gitlab-workers.ts'

/**
 * Checks the variables of one worker, and what they say together about GitLab's API.
 *
 * @throws ConfigError naming every variable at fault
 */
export const checkSettings = (consumer: Consumer, env: Environment): void => {
  readVariables(ownVariablesOf(consumer), env)
  if (consumer.gitlabApi !== undefined) readInstances(consumer.name, env, gitlabWorkers)
}
