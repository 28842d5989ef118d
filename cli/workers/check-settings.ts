import type { Consumer } from '../../consumers/consumer.ts'
import { readInstances } from '../../consumers/gitlab-api/read-instances.ts'
import { ownVariablesOf } from '../../consumers/runtime/worker-variables.ts'
import { type Environment, readVariables } from '../../lib/config.ts'
import { gitlabWorkers } from './gitlab-workers.ts'

/**
 * Checks the variables of one worker, what they say together about GitLab's API, and the files that they
 * name.
 *
 * @throws ConfigError naming every variable at fault
 */
export const checkSettings = async (consumer: Consumer, env: Environment): Promise<void> => {
  const settings = readVariables(ownVariablesOf(consumer), env)
  const { name, gitlabApi } = consumer
  const instances = gitlabApi === undefined ? [] : readInstances(name, env, gitlabWorkers).value
  await consumer.checkFiles?.(settings, instances.length > 0)
}
