import { stringify } from 'yaml'
import type { Inhibition } from '../alerts/inhibitions.ts'

/** The file whose content is the address to which alerts are posted. */
export const webhookUrlFile = '/etc/alertmanager/webhook-url'

/** The configuration of Alertmanager. */
export const renderAlertmanager = (inhibitions: readonly Inhibition[]): string => {
  const text = stringify(configurationOf(inhibitions), { lineWidth: 108 })
  return `${introduction}${text}`
}

const introduction = `# Sends alerts to one webhook, and lets one cause page once.
# \`npm run generate\` writes this file from monitoring/alerts/inhibitions.ts. For receivers of your own,
# copy it to config/alertmanager.yml and keep inhibit_rules. \`url_file\` needs Alertmanager 0.26.
`

const configurationOf = (inhibitions: readonly Inhibition[]) => ({
  route: {
    receiver: 'webhook',
    group_by: ['alertname', 'severity'],
    group_wait: '30s',
    group_interval: '5m',
    repeat_interval: '4h',
    routes: [
      // A service outside of the cluster expects it, and raises an alarm when it stays away.
      { matchers: ['alertname = "Watchdog"'], receiver: 'webhook', group_wait: '0s', repeat_interval: '5m' },
      { matchers: ['severity = "info"'], receiver: 'nobody' },
      { matchers: ['severity = "warning"'], receiver: 'webhook', group_wait: '2m', repeat_interval: '1d' },
    ],
  },
  receivers: [
    {
      name: 'webhook',
      webhook_configs: [{ url_file: webhookUrlFile, send_resolved: true }],
    },
    { name: 'nobody' },
  ],
  inhibit_rules: [
    // The same alert in its urgent form.
    {
      source_matchers: ['severity = "critical"'],
      target_matchers: ['severity = "warning"'],
      equal: ['alertname', 'job', 'process', 'gitlab'],
    },
    ...inhibitions.map(({ causes, severity, effects, equal }) => ({
      source_matchers: [matcherOf(causes), ...(severity === undefined ? [] : [`severity = "${severity}"`])],
      target_matchers: [matcherOf(effects)],
      ...(equal !== undefined && { equal }),
    })),
  ],
})

const matcherOf = (names: readonly string[]): string => `alertname =~ "${names.join('|')}"`
