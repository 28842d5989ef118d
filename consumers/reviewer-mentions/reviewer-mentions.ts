import { defineConsumer } from '../consumer.ts'
import { deliveryDatabase } from '../delivery/delivery-database.ts'
import { loadPersonalData } from '../personal-data/load-personal-data.ts'
import { reviewerMentionsVariables } from './variables.ts'

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
  personalData: loadPersonalData(async () => {
    const { outboxPersonalData } = await import('../delivery/outbox-personal-data.ts')
    return outboxPersonalData('reviewer-mentions', 'the notes in GitLab')
  }),
  database: deliveryDatabase('reviewer-mentions'),
  metricsPort: 9473,
  variables: reviewerMentionsVariables,
  dryRun: async (...given) => (await import('./planned.ts')).planned(...given),
  checkFiles: async (settings) => (await import('./check-files.ts')).checkFiles(settings),
  create: async (...given) => (await import('./create-handler.ts')).createHandler(...given),
})
