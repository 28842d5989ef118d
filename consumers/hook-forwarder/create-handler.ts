import type { Logger } from '../../lib/logger.ts'
import type { EventType } from '../../schemas/catalogue.ts'
import type { BatchHandler, WorkerTools } from '../consumer.ts'
import { openDelivery } from '../delivery/open-delivery.ts'
import { createForwardCourier } from './courier.ts'
import { entriesOf, forwardTypes, isBodyGone, isRoutedTo } from './entries-of.ts'
import { gitlabHeaders } from './gitlab-headers.ts'
import type { HookForwarderSettings } from './variables.ts'

/** Opens the outbox and starts to send from it. */
export const createHandler = async (
  { HOOK_FORWARDER_DATABASE_URL: url, ROUTES_FILE: file }: HookForwarderSettings,
  logger: Logger,
  { metrics, readRecord }: WorkerTools,
): Promise<BatchHandler<EventType>> => {
  const delivery = await openDelivery({
    worker: 'hook-forwarder',
    ...{ url, file, logger, metrics, types: forwardTypes, rule: 'delivery' as const },
    courier: createForwardCourier,
    ...{ entriesOf, readRecord },
    contentOf: (record, routes, destination) =>
      !isBodyGone(record) && isRoutedTo(destination, record, routes)
        ? { content: gitlabHeaders(record), body: record.raw }
        : undefined,
  })
  // A batch holds whole bodies, which can have 25 MiB each.
  return { batchSize: 20, ...delivery }
}
