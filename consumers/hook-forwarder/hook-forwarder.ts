import { z } from 'zod'
import { workerDatabaseUrl } from '../../lib/database-variable.ts'
import { eventTypes } from '../../schemas/catalogue.ts'
import { defineConsumer } from '../consumer.ts'
import { deliveryDatabase } from '../delivery/delivery-database.ts'
import { openDelivery } from '../delivery/open-delivery.ts'
import { outboxPersonalData } from '../delivery/outbox-personal-data.ts'
import { readRoutes } from '../delivery/routes/read-routes.ts'
import { routesVariables } from '../delivery/routes/routes-variables.ts'
import { createForwardCourier } from './courier.ts'
import { entriesOf, forwardTypes, isBodyGone, isRoutedTo } from './entries-of.ts'
import { gitlabHeaders } from './gitlab-headers.ts'
import { planned } from './planned.ts'

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
  personalData: outboxPersonalData('hook-forwarder', 'the hooks that receivers have'),
  wholeBodies: true,
  database: deliveryDatabase('hook-forwarder'),
  metricsPort: 9470,
  variables: z.object({
    HOOK_FORWARDER_DATABASE_URL: workerDatabaseUrl('hook-forwarder'),
    ...routesVariables.shape,
  }),
  dryRun: planned,
  checkFiles: ({ ROUTES_FILE: file }) => {
    readRoutes(file, forwardTypes)
  },
  async create({ HOOK_FORWARDER_DATABASE_URL: url, ROUTES_FILE: file }, logger, { metrics, readRecord }) {
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
  },
})
