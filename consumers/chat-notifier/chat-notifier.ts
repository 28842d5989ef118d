import { z } from 'zod'
import { workerDatabaseUrl } from '../../lib/database-variable.ts'
import { eventTypes } from '../../schemas/catalogue.ts'
import { defineConsumer } from '../consumer.ts'
import { contentOfEntry } from '../delivery/content-of-entry.ts'
import { deliveryDatabase } from '../delivery/delivery-database.ts'
import { openDelivery } from '../delivery/open-delivery.ts'
import { outboxPersonalData } from '../delivery/outbox-personal-data.ts'
import { readRoutes } from '../delivery/routes/read-routes.ts'
import { routesVariables } from '../delivery/routes/routes-variables.ts'
import { chatTypes } from './budgets.ts'
import { createChatCourier } from './courier.ts'
import { entriesOf } from './entries-of.ts'
import { planned } from './planned.ts'

/**
 * Tells people in chat what happened. When several hooks report the same fact, a channel is told once. Each
 * channel has a queue of its own, so that one that is down does not delay the others.
 */
export const chatNotifier = defineConsumer({
  name: 'chat-notifier',
  summary: 'Tells channels of Slack, Mattermost, Teams, Matrix, Discord and others what happened.',
  events: eventTypes,
  begins: 'now',
  maxAgeHours: 24,
  repeats: 'harmless',
  effect: 'external',
  personalData: outboxPersonalData('chat-notifier', 'the messages in the chats'),
  database: deliveryDatabase('chat-notifier'),
  metricsPort: 9469,
  variables: z.object({
    CHAT_NOTIFIER_DATABASE_URL: workerDatabaseUrl('chat-notifier'),
    ...routesVariables.shape,
  }),
  dryRun: planned,
  checkFiles: ({ ROUTES_FILE: file }) => {
    readRoutes(file, chatTypes)
  },
  async create({ CHAT_NOTIFIER_DATABASE_URL: url, ROUTES_FILE: file }, logger, { metrics, readRecord }) {
    const delivery = await openDelivery({
      worker: 'chat-notifier',
      ...{ url, file, logger, metrics, types: chatTypes, rule: 'fact' as const },
      courier: (routes) => createChatCourier(() => routes().people),
      ...{ entriesOf, readRecord },
      contentOf: contentOfEntry(entriesOf),
    })
    return { batchSize: 200, ...delivery }
  },
})
