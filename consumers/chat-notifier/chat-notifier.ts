import { eventTypes } from '../../schemas/catalogue.ts'
import { defineConsumer } from '../consumer.ts'
import { deliveryDatabase } from '../delivery/delivery-database.ts'
import { loadPersonalData } from '../personal-data/load-personal-data.ts'
import { chatTypes } from './budgets.ts'
import { chatNotifierVariables } from './variables.ts'

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
  personalData: loadPersonalData(async () => {
    const { outboxPersonalData } = await import('../delivery/outbox-personal-data.ts')
    return outboxPersonalData('chat-notifier', 'the messages in the chats')
  }),
  database: deliveryDatabase('chat-notifier'),
  metricsPort: 9469,
  variables: chatNotifierVariables,
  dryRun: async (...given) => (await import('./planned.ts')).planned(...given),
  checkFiles: async ({ ROUTES_FILE: file }) => {
    const { readRoutes } = await import('../delivery/routes/read-routes.ts')
    readRoutes(file, chatTypes)
  },
  create: async (...given) => (await import('./create-handler.ts')).createHandler(...given),
})
