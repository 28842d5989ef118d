import type { MetricName } from '../panels/create-selectors.ts'
import { metricPanel } from '../panels/metric-panel.ts'
import type { Dashboard, Row } from '../panels/panel.ts'
import { notShown } from './not-shown.ts'
import { gitlabApiPanels, handlingPanels, lagPanels, oneWorker } from './worker-panels.ts'

/** What a page of a worker needs to know of it. */
export interface ShownWorker {
  name: string
  summary: string
  /** Set if the worker calls GitLab's API. */
  gitlabApi?: object
}

/** The page of one worker. A metric whose name begins with the name of the worker has its panel here. */
export const workerDashboard = (worker: ShownWorker, workers: readonly string[]): Dashboard => {
  const matchers = oneWorker(worker.name)
  const known = `${worker.name.replaceAll('-', '_')}_`
  const panelOf = (name: MetricName) => metricPanel(name, { matchers: matchers.own, known })
  const own = notShown(`worker:${worker.name}`, workers, [], panelOf)
  const rows: Row[] = [
    { title: 'Lag', panels: lagPanels(matchers) },
    { title: `What only ${worker.name} measures`, panels: own },
    { title: 'Handling', panels: handlingPanels(matchers) },
    { title: "GitLab's API", panels: worker.gitlabApi === undefined ? [] : gitlabApiPanels(matchers) },
  ]
  return {
    uid: `bridge-worker-${worker.name}`,
    title: `Worker ${worker.name}`,
    description: worker.summary,
    rows: rows.filter(({ panels }) => panels.length > 0),
  }
}
