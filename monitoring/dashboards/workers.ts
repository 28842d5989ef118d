import type { Dashboard } from '../panels/panel.ts'
import { notShown } from './not-shown.ts'
import { everyWorker, gitlabApiPanels, handlingPanels, lagPanels } from './worker-panels.ts'

/** All workers side by side. */
export const workersDashboard = (workers: readonly string[]): Dashboard => {
  const lag = lagPanels(everyWorker)
  const handling = handlingPanels(everyWorker)
  const gitlabApi = gitlabApiPanels(everyWorker)
  return {
    uid: 'bridge-workers',
    title: 'Workers',
    description:
      'All workers side by side: lag with its verdict, throughput, dead letters, and what they wait for.',
    rows: [
      { title: 'Lag', panels: lag },
      { title: 'Handling', panels: handling },
      { title: "GitLab's API", panels: gitlabApi },
      { title: 'More', panels: notShown('workers', workers, [...lag, ...handling, ...gitlabApi]) },
    ],
  }
}
