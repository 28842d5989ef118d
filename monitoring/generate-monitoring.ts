import { consumers } from '../consumers/index.ts'
import { logFollowers } from '../consumers/workers.ts'
import { allAlerts } from './alerts/all-alerts.ts'
import { inhibitions } from './alerts/inhibitions.ts'
import { allDashboards } from './dashboards/all-dashboards.ts'
import { renderAlertmanager } from './render/render-alertmanager.ts'
import { renderDashboard } from './render/render-dashboard.ts'
import { renderRules } from './render/render-rules.ts'

/** Every generated file: its path under monitoring/, and its content. */
export const generateMonitoring = (): Map<string, string> => {
  const dashboards = allDashboards(consumers, logFollowers).map(
    (dashboard) => [`grafana/dashboards/${dashboard.uid}.json`, renderDashboard(dashboard)] as const,
  )
  const rules = allAlerts(consumers).map(
    (group) => [`prometheus/rules/${group.name}.yml`, renderRules(group)] as const,
  )
  const alertmanager = ['alertmanager/alertmanager.yml', renderAlertmanager(inhibitions)] as const
  return new Map([...dashboards, ...rules, alertmanager])
}
