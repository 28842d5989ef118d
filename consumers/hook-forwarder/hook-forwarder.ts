import { eventTypes } from '../../schemas/catalogue.ts'
import { defineConsumer } from '../consumer.ts'
import { deliveryDatabase } from '../delivery/delivery-database.ts'
import { loadPersonalData } from '../personal-data/load-personal-data.ts'
import { hookForwarderVariables } from './variables.ts'

/**
 * Posts hooks to receivers as GitLab sent them, byte for byte. Every delivery of GitLab is one request, also
 * where several hooks report the same fact: a receiver gets what it would get from GitLab.
 */
export const hookForwarder = defineConsumer({
  name: 'hook-forwarder',
  summary: 'Posts hooks, byte for byte, to receivers that expect them from GitLab.',
  // An interval is a record of the bridge itself, and no hook of GitLab.
  events: eventTypes.filter((event) => event !== 'interval'),
  begins: 'now',
  maxAgeHours: 72,
  repeats: 'harmless',
  effect: 'external',
  personalData: loadPersonalData(async () => {
    const { outboxPersonalData } = await import('../delivery/outbox-personal-data.ts')
    return outboxPersonalData('hook-forwarder', 'the hooks that receivers have')
  }),
  wholeBodies: true,
  database: deliveryDatabase('hook-forwarder'),
  metricsPort: 9470,
  variables: hookForwarderVariables,
  dryRun: async (...given) => (await import('./planned.ts')).planned(...given),
  checkFiles: async ({ ROUTES_FILE: file }) => {
    const { readRoutes } = await import('../delivery/routes/read-routes.ts')
    const { forwardTypes } = await import('./entries-of.ts')
    readRoutes(file, forwardTypes)
  },
  create: async (...given) => (await import('./create-handler.ts')).createHandler(...given),
})
