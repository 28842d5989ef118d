import { stringify } from 'yaml'
import type { Alert, AlertGroup } from '../alerts/alert.ts'

/** A file of rules for Prometheus. */
export const renderRules = ({ name, about, recordings, alerts }: AlertGroup): string => {
  const rules = [...recordings, ...alerts.map(ruleOf)]
  const text = stringify({ groups: [{ name, rules }] }, { lineWidth: 108 })
  return `# ${about}\n# \`npm run generate\` writes this file from monitoring/alerts/${name}.ts.\n${text}`
}

const ruleOf = (alert: Alert): object => ({
  alert: alert.name,
  expr: alert.expr,
  for: alert.for,
  ...(alert.keepFiringFor !== undefined && { keep_firing_for: alert.keepFiringFor }),
  labels: { severity: alert.severity, ...alert.labels },
  annotations: {
    summary: alert.summary,
    description: alert.description,
    runbook_url: `docs/runbooks/${alert.runbook}.md`,
    dashboard_url: `/d/${alert.dashboard}`,
  },
})
