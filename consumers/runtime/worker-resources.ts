import { type Environment, readVariables } from '../../lib/config.ts'
import type { Offsets } from '../../lib/kafka/offsets.ts'
import type { Logger } from '../../lib/logger.ts'
import type { EventType } from '../../schemas/catalogue.ts'
import type { Consumer, Handler } from '../consumer.ts'
import { type HandledDeliveries, handledFolder, openHandledDeliveries } from './handled/handled-deliveries.ts'

/** What a worker must open before it can be put together. */
export interface WorkerResources {
  offsets: Offsets
  handler: Handler<EventType>
  /** Undefined where repeats are harmless. */
  handled: HandledDeliveries | undefined
}

/**
 * Opens the resources of a worker. When one of them cannot be opened, those that were opened before are closed again.
 *
 * @param dataDir BRIDGE_DATA_DIR
 */
export const openWorkerResources = async (
  consumer: Consumer,
  env: Environment,
  dataDir: string,
  openOffsets: () => Promise<Offsets>,
  logger: Logger,
): Promise<WorkerResources> => {
  const opened = new AsyncDisposableStack()
  try {
    const offsets = await openOffsets()
    opened.defer(() => offsets.close())
    const handler = await consumer.create(readVariables(consumer.variables, env), logger)
    opened.defer(() => handler.close())
    return { offsets, handler, handled: await openHandled(consumer, dataDir) }
  } catch (error) {
    // An error while closing would hide the reason why the worker does not start.
    await opened.disposeAsync().catch(() => undefined)
    throw error
  }
}

const openHandled = async ({ name, repeats }: Consumer, dataDir: string) =>
  repeats === 'harmless'
    ? undefined
    : await openHandledDeliveries(handledFolder(dataDir, name), repeats.skippedForDays)
