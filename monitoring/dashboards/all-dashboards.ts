import type { Dashboard } from '../panels/panel.ts'
import { destinationsDashboard } from './destinations.ts'
import { ingressDashboard } from './ingress.ts'
import { lostDashboard } from './lost.ts'
import { nodeDashboard } from './node.ts'
import { followerDashboard, type ShownWorker, workerDashboard } from './worker.ts'
import { workersDashboard } from './workers.ts'

/**
 * Every dashboard, in the order of the menu. A new worker or a new metric needs no line here.
 *
 * @param followers workers without a consumer group
 */
export const allDashboards = (
  workers: readonly ShownWorker[],
  followers: readonly ShownWorker[] = [],
): Dashboard[] => {
  const names = [...workers, ...followers].map(({ name }) => name)
  const dashboards = [
    lostDashboard,
    ingressDashboard(names),
    workersDashboard(names),
    destinationsDashboard(names),
    ...workers.map((worker) => workerDashboard(worker, names)),
    ...followers.map((follower) => followerDashboard(follower, names)),
    nodeDashboard,
  ]
  return dashboards.filter((dashboard) => dashboard !== undefined)
}
