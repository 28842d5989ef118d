import { z } from 'zod'
import { workerDatabaseUrl } from '../../lib/database-variable.ts'
import { defineConsumer } from '../consumer.ts'
import { deliveryDatabase } from '../delivery/delivery-database.ts'
import { openDelivery } from '../delivery/open-delivery.ts'
import { outboxPersonalData } from '../delivery/outbox-personal-data.ts'
import { readRoutes } from '../delivery/routes/read-routes.ts'
import { routesVariables } from '../delivery/routes/routes-variables.ts'
import { commentOf } from './comment.ts'
import { commitMessages } from './commit-messages.ts'
import { createCommentCourier } from './courier.ts'
import { entriesOf, trackersFor } from './entries-of.ts'
import { planned } from './planned.ts'
import { trackerTypes } from './trackers/tracker.ts'

const without = 'It looks for tasks in the description and the last commit of a merge request only.'

/**
 * Comments on the tasks that a merge request names. When several hooks report the same fact, a task gets one
 * comment. Each tracker has a queue of its own, so that one that is down does not delay the others.
 */
export const issueCommenter = defineConsumer({
  name: 'issue-commenter',
  summary: 'Comments on the tasks in Phabricator or Jira that merge requests name.',
  events: ['merge_request'],
  begins: 'now',
  maxAgeHours: 72,
  repeats: 'harmless',
  effect: 'external',
  personalData: outboxPersonalData('issue-commenter', 'the comments on the tasks'),
  database: deliveryDatabase('issue-commenter'),
  metricsPort: 9472,
  variables: z.object({
    ISSUE_COMMENTER_DATABASE_URL: workerDatabaseUrl('issue-commenter'),
    ...routesVariables.shape,
  }),
  gitlabApi: { scope: 'read_api', role: 'Reporter in the projects', without },
  dryRun: planned,
  checkFiles: ({ ROUTES_FILE: file }) => {
    readRoutes(file, trackerTypes)
  },
  async create({ ISSUE_COMMENTER_DATABASE_URL: url, ROUTES_FILE: file }, logger, tools) {
    const { gitlab, metrics, readRecord } = tools
    if (gitlab.all().length === 0) logger.info(`There is no token for the API of GitLab. ${without}`)
    const delivery = await openDelivery({
      worker: 'issue-commenter',
      ...{ url, file, logger, metrics, types: trackerTypes, rule: 'fact' as const },
      courier: createCommentCourier,
      readRecord,
      entriesOf: (record, routes, signal) =>
        entriesOf(record, routes, (each) => commitMessages(each, gitlab.of(each.delivery.instance), signal)),
      contentOf: (record, routes, destination) => {
        const content = record.eventType === 'merge_request' ? commentOf(record) : undefined
        const isRouted = trackersFor(record, routes).some(({ name }) => name === destination)
        return content && isRouted ? { content } : undefined
      },
    })
    // The commits are read record by record, and each reading may use all the time that a handler has.
    return { batchSize: 1, ...delivery }
  },
})
