import { forgetHandledDeliveries, handledFolder } from '../../consumers/runtime/handled/handled-deliveries.ts'
import { workerVariables } from '../../consumers/runtime/worker-variables.ts'
import { type Environment, readVariables } from '../../lib/config.ts'

/**
 * Deletes the list of handled deliveries of a stopped worker, so that it handles them again. Only the process
 * that keeps its data in the `BRIDGE_DATA_DIR` of `env` forgets them.
 */
export const forgetHandled = (worker: string, env: Environment): Promise<void> =>
  forgetHandledDeliveries(handledFolder(readVariables(workerVariables, env).BRIDGE_DATA_DIR, worker))
