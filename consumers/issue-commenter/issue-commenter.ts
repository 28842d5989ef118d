import { defineConsumer } from '../consumer.ts'
import { deliveryDatabase } from '../delivery/delivery-database.ts'
import { loadPersonalData } from '../personal-data/load-personal-data.ts'
import { trackerTypes } from './trackers/tracker.ts'
import { issueCommenterVariables } from './variables.ts'
import { withoutToken } from './without-token.ts'

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
  personalData: loadPersonalData(async () => {
    const { outboxPersonalData } = await import('../delivery/outbox-personal-data.ts')
    return outboxPersonalData('issue-commenter', 'the comments on the tasks')
  }),
  database: deliveryDatabase('issue-commenter'),
  metricsPort: 9472,
  variables: issueCommenterVariables,
  gitlabApi: { scope: 'read_api', role: 'Reporter in the projects', without: withoutToken },
  dryRun: async (...given) => (await import('./planned.ts')).planned(...given),
  checkFiles: async ({ ROUTES_FILE: file }) => {
    const { readRoutes } = await import('../delivery/routes/read-routes.ts')
    readRoutes(file, trackerTypes)
  },
  create: async (...given) => (await import('./create-handler.ts')).createHandler(...given),
})
