import { fileURLToPath } from 'node:url'
import { botToken } from '../servers/gitlab-api/seed.ts'
import { startSampleGitlab } from '../servers/gitlab-api/start-sample-gitlab.ts'
import type { EffectHarness } from './effect-harness.ts'
import { untilSent } from './outbox-harness.ts'
import { routeAllTo } from './route-all-to.ts'

/** The list of reviewers that the tests use. */
export const reviewersFile = fileURLToPath(new URL('../../../examples/reviewers.yaml', import.meta.url))

/** For `reviewer-mentions`. Its effects are the notes of its bot in GitLab. */
export const mentionEffects = async (databaseUrl: string, folder: string): Promise<EffectHarness> => {
  const { gitlab, botNotes } = await startSampleGitlab(folder)
  const destination = { type: 'gitlab', url: gitlab.url, token: botToken }
  const routed = await routeAllTo(folder, destination, { projects: ['nordlicht/signal'] })
  return {
    env: { DATABASE_URL: databaseUrl, REVIEWER_MENTIONS_FILE: reviewersFile, ...routed.env },
    effects: async () => botNotes(),
    // All samples are about one merge request.
    least: 1,
    settled: () => untilSent(databaseUrl, 'reviewer-mentions', routed.destination),
  }
}
