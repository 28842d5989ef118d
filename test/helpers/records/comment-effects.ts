import { after } from 'node:test'
import { startConduit } from '../servers/trackers/start-conduit.ts'
import type { EffectHarness } from './effect-harness.ts'
import { untilSent } from './outbox-harness.ts'
import { routeAllTo } from './route-all-to.ts'

/** The tasks that the samples name. */
const tasks = ['T4711', 'T4712', 'T4713']

/** For the worker that comments on tasks. Its effects are the comments. */
export const commentEffects = async (databaseUrl: string, folder: string): Promise<EffectHarness> => {
  const conduit = await startConduit()
  after(conduit.close)
  for (const task of tasks) conduit.addTask(task)
  const { url, token } = conduit
  const routed = await routeAllTo(folder, { type: 'phabricator', url, token })
  const comments = (task: string) => conduit.commentsOf(task).map(({ content }) => `${task} ${content}`)
  return {
    env: { ISSUE_COMMENTER_DATABASE_URL: databaseUrl, ...routed.env },
    least: tasks.length,
    effects: async () => tasks.flatMap(comments),
    settled: () => untilSent(databaseUrl, 'issue-commenter', routed.destination),
  }
}
