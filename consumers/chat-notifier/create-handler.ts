import type { Logger } from '../../lib/logger.ts'
import type { EventType } from '../../schemas/catalogue.ts'
import type { BatchHandler, WorkerTools } from '../consumer.ts'
import { contentOfEntry } from '../delivery/content-of-entry.ts'
import { openDelivery } from '../delivery/open-delivery.ts'
import { chatTypes } from './budgets.ts'
import { createChatCourier } from './courier.ts'
import { entriesOf } from './entries-of.ts'
import type { ChatNotifierSettings } from './variables.ts'

/** Opens the outbox and starts to send from it. */
export const createHandler = async (
  { CHAT_NOTIFIER_DATABASE_URL: url, ROUTES_FILE: file }: ChatNotifierSettings,
  logger: Logger,
  { metrics, readRecord }: WorkerTools,
): Promise<BatchHandler<EventType>> => {
  const delivery = await openDelivery({
    worker: 'chat-notifier',
    ...{ url, file, logger, metrics, types: chatTypes, rule: 'fact' as const },
    courier: (routes) => createChatCourier(() => routes().people),
    ...{ entriesOf, readRecord },
    contentOf: contentOfEntry(entriesOf),
  })
  return { batchSize: 200, ...delivery }
}
