import type { MetricName } from '../panels/create-selectors.ts'
import { metricPanel } from '../panels/metric-panel.ts'
import type { Dashboard, Panel, Row } from '../panels/panel.ts'
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
  const own = ownPanels(worker, workers)
  const rows: Row[] = [
    { title: 'Lag', panels: lagPanels(matchers) },
    { title: `What only ${worker.name} measures`, panels: own },
    { title: 'Handling', panels: handlingPanels(matchers) },
    { title: "GitLab's API", panels: worker.gitlabApi === undefined ? [] : gitlabApiPanels(matchers) },
  ]
  return dashboardOf(worker, rows)
}

/** The page of a worker without a consumer group, which has no lag and no dead letters. */
export const followerDashboard = (worker: ShownWorker, workers: readonly string[]): Dashboard =>
  dashboardOf(worker, [{ title: `What only ${worker.name} measures`, panels: ownPanels(worker, workers) }])

const ownPanels = ({ name: worker }: ShownWorker, workers: readonly string[]): Panel[] => {
  const { own: matchers } = oneWorker(worker)
  const known = `${worker.replaceAll('-', '_')}_`
  const panelOf = (name: MetricName) => metricPanel(name, { matchers, known })
  return notShown(`worker:${worker}`, workers, [], panelOf)
}

const dashboardOf = ({ name, summary }: ShownWorker, rows: readonly Row[]): Dashboard => ({
  uid: `bridge-worker-${name}`,
  title: `Worker ${name}`,
  description: summary,
  rows: rows.filter(({ panels }) => panels.length > 0),
})
