import { setUp } from '../../../cli/setup/set-up.ts'
import type { Consumer } from '../../../consumers/consumer.ts'
import { RetriableError } from '../../../lib/errors.ts'
import { recordingLogger } from '../process/recording-logger.ts'
import { openStack, type Stack } from './stack.ts'
import type { SharedStack } from './stack-setup.ts'

/** A stack with topics, schemas and first offsets for the given workers. */
export const openWorkerStack = async (
  name: string,
  workers: readonly Consumer[],
  ownServers?: SharedStack,
): Promise<Stack> => {
  const stack = await openStack(name, ownServers)
  await setUpWithRetries({ ...stack.env, DATABASE_URL: stack.databaseUrl }, workers)
  return stack
}

const maxAttempts = 6

/** As `bridge setup` does: on a busy machine the servers may take longer to answer than one attempt waits. */
const setUpWithRetries = async (env: Stack['env'], workers: readonly Consumer[]): Promise<void> => {
  for (let attempt = 1; ; attempt++) {
    try {
      return await setUp(env, recordingLogger().logger, workers)
    } catch (error) {
      if (!(error instanceof RetriableError) || attempt === maxAttempts) throw error
    }
  }
}
