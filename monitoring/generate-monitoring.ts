import { consumers } from '../consumers/index.ts'
import { allDashboards } from './dashboards/all-dashboards.ts'
import { renderDashboard } from './render/render-dashboard.ts'

/** Every generated file: its path under monitoring/, and its content. */
export const generateMonitoring = (): Map<string, string> =>
  new Map(
    allDashboards(consumers).map((dashboard) => [
      `grafana/dashboards/${dashboard.uid}.json`,
      renderDashboard(dashboard),
    ]),
  )
