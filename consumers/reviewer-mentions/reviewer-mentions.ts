import { z } from 'zod'
import { workerDatabaseUrl } from '../../lib/database-variable.ts'
import { defineConsumer } from '../consumer.ts'
import { contentOfEntry } from '../delivery/content-of-entry.ts'
import { deliveryDatabase } from '../delivery/delivery-database.ts'
import { openDelivery } from '../delivery/open-delivery.ts'
import { outboxPersonalData } from '../delivery/outbox-personal-data.ts'
import { readRoutes } from '../delivery/routes/read-routes.ts'
import { routesVariables } from '../delivery/routes/routes-variables.ts'
import { createMentionCourier } from './courier.ts'
import { entriesOf, mentionTypes } from './entries-of.ts'
import { openGitlabs } from './gitlab/open-gitlabs.ts'
import { planned } from './planned.ts'
import { openReviewerList } from './reviewers/open-reviewer-list.ts'
import { readReviewers } from './reviewers/read-reviewers.ts'

/**
 * Mentions people in one note of a merge request that was opened or marked ready, if the list of reviewers
 * names them for it. When several hooks report the same fact, or when the merge request becomes ready again,
 * the note stays the only one. It reads no notes as events, so that it never reacts to its own.
 */
export const reviewerMentions = defineConsumer({
  name: 'reviewer-mentions',
  summary: 'Mentions those who want to hear about a merge request, in one note on it.',
  events: ['merge_request'],
  begins: 'now',
  maxAgeHours: 24,
  repeats: 'harmless',
  effect: 'external',
  personalData: outboxPersonalData('reviewer-mentions', 'the notes in GitLab'),
  database: deliveryDatabase('reviewer-mentions'),
  metricsPort: 9473,
  variables: z.object({
    REVIEWER_MENTIONS_DATABASE_URL: workerDatabaseUrl('reviewer-mentions'),
    REVIEWER_MENTIONS_FILE: z
      .string()
      .describe(
        'YAML file: who is mentioned for which projects and paths. See docs/comments-and-mentions.md.',
      ),
    ...routesVariables.shape,
  }),
  dryRun: planned,
  checkFiles: ({ ROUTES_FILE: file, REVIEWER_MENTIONS_FILE: list }) => {
    readRoutes(file, mentionTypes)
    readReviewers(list)
  },
  async create(settings, logger, { metrics, readRecord }) {
    const { REVIEWER_MENTIONS_DATABASE_URL: url, ROUTES_FILE: file, REVIEWER_MENTIONS_FILE: list } = settings
    const opened = new AsyncDisposableStack()
    const reviewers = openReviewerList(list, logger)
    opened.defer(() => reviewers.close())
    const delivery = await openDelivery({
      worker: 'reviewer-mentions',
      ...{ url, file, logger, metrics, types: mentionTypes, rule: 'fact' as const },
      courier: (routes) => {
        const destinations = () =>
          [...routes().destinations.values()].filter((each) => each.type === 'gitlab')
        const gitlabs = openGitlabs({ logger, metrics, destinations })
        opened.defer(() => gitlabs.close())
        return createMentionCourier(gitlabs, reviewers.find)
      },
      ...{ entriesOf, readRecord },
      contentOf: contentOfEntry(entriesOf),
    }).catch(async (error: unknown) => {
      await opened.disposeAsync()
      throw error
    })
    const close = async () => {
      await delivery.close()
      await opened.disposeAsync()
    }
    return { batchSize: 200, ...delivery, close }
  },
})
