import type { WorkerTools } from '../../../consumers/consumer.ts'
import { noGitlabApis } from '../../../consumers/gitlab-api/open-gitlab-apis.ts'
import { createMetrics } from '../../../lib/metrics/metrics.ts'

/** What the runtime gives a worker that does not call GitLab. The brokers hold no record any more. */
export const workerTools = (): WorkerTools => ({
  gitlab: noGitlabApis,
  metrics: createMetrics(),
  readRecord: async () => undefined,
})
