import type { Consumer } from '../../../consumers/consumer.ts'
import { recordingLogger } from '../process/recording-logger.ts'
import { setUpPatiently } from './set-up-patiently.ts'
import { openStack, type Stack } from './stack.ts'
import type { SharedStack } from './stack-setup.ts'

/** A stack with topics, schemas and first offsets for the given workers. */
export const openWorkerStack = async (
  name: string,
  workers: readonly Consumer[],
  ownServers?: SharedStack,
): Promise<Stack> => {
  const stack = await openStack(name, ownServers)
  await setUpPatiently({ ...stack.env, DATABASE_URL: stack.databaseUrl }, recordingLogger().logger, workers)
  return stack
}
