import { metricPanel } from '../panels/metric-panel.ts'
import type { Dashboard, Panel } from '../panels/panel.ts'
import { panelSelectors } from '../panels/panel-selectors.ts'
import { unusedWorkers } from '../panels/unused-workers.ts'

const { metric, up } = panelSelectors

const number = (panel: Omit<Panel, 'kind' | 'queries'> & { expr: string }): Panel => {
  const { expr, ...rest } = panel
  return { kind: 'number', queries: [{ expr, legend: '' }], ...rest }
}

const lostHooks = number({
  title: 'Hooks lost in the last hour',
  description:
    'Hooks that neither the brokers nor the disk accepted. GitLab does not send them again by itself.',
  unit: 'short',
  expr: `ceil(sum(increase(${metric('ingress_hooks_total', { outcome: 'unavailable' })}[1h])))`,
  wrongAbove: 0,
  runbook: 'hooks-are-lost',
})

const unaccounted = number({
  title: 'Unaccounted records',
  description:
    'Hooks, records and messages that entered a stage and are neither there nor left it. The alert names ' +
    'the stage.',
  unit: 'short',
  expr: `sum(abs(${metric('unaccounted_records')}))`,
  wrongAbove: 0,
  runbook: 'records-are-unaccounted',
})

const setAside = number({
  title: 'Hooks set aside',
  description: 'Damaged, missing or refused hooks of the spool since the ingress started. They are on disk.',
  unit: 'short',
  expr: `sum(${metric('ingress_spool_set_aside')})`,
  wrongAbove: 0,
  runbook: 'hooks-are-set-aside',
})

const missingRecords = number({
  title: 'Workers with missing records or offsets',
  description:
    'Workers whose topic or committed offset is missing, so that they cannot tell where to continue.',
  unit: 'short',
  expr: `sum(${metric('consumer_lag_verdict', { verdict: 'missing' })})`,
  wrongAbove: 0,
  runbook: 'offsets-are-missing',
})

const processesDown = number({
  title: 'Processes down',
  description: 'Processes that Prometheus cannot reach. Workers that are not used do not count.',
  unit: 'short',
  expr: `count(${up()} == 0 unless on (process) ${unusedWorkers(panelSelectors)}) or vector(0)`,
  wrongAbove: 0,
  runbook: 'process-is-down',
})

const canaryAge = number({
  title: 'Since the canary was read back',
  description: 'The ingress publishes a canary record and reads it back, also while no hooks arrive.',
  unit: 's',
  expr: `time() - min(${metric('ingress_canary_read_back_timestamp_seconds')} > 0)`,
  wrongAbove: 120,
  runbook: 'records-are-not-read-back',
})

const measurementAge = number({
  title: 'Age of the lag measurement',
  description: 'All figures about workers are this old. It grows while Kafka does not answer.',
  unit: 's',
  expr: `max(${metric('lag_measurement_age_seconds')})`,
  wrongAbove: 60,
  runbook: 'lag-is-unknown',
})

const alertsArrive: Panel = {
  kind: 'number',
  title: 'Where alerts go',
  description:
    'Whether Prometheus has an Alertmanager. `bridge doctor --test-alert` tests the rest of the way to you.',
  unit: 'short',
  queries: [{ expr: 'max(prometheus_notifications_alertmanagers_discovered)', legend: '' }],
  values: [
    { value: 0, text: 'nowhere', colour: 'red' },
    { value: 1, text: 'to Alertmanager', colour: 'green' },
  ],
  runbook: 'alerts-do-not-arrive',
}

const deadLetters = number({
  title: 'Open dead letters',
  description:
    'Records that workers could not handle. They are kept until somebody redrives or discards them.',
  unit: 'short',
  expr: `sum(${metric('dead_letters')})`,
  wrongAbove: 0,
  runbook: 'dead-letters-rise',
})

const spool: Panel = {
  kind: 'graph',
  title: 'Hooks in the spool',
  description:
    'Hooks on the disk of the ingress. They are not lost: they are published when Kafka accepts them.',
  unit: 'short',
  queries: [{ expr: `sum by (process) (${metric('ingress_spool_records')})`, legend: '{{process}}' }],
  runbook: 'hooks-are-spooled',
}

const spoolShare: Panel = {
  kind: 'graph',
  title: 'Used part of the spool',
  description: 'When it reaches 100 %, hooks are answered 503 and lost.',
  unit: 'percentunit',
  queries: [
    {
      expr: `max(${metric('ingress_spool_bytes')} / (${metric('ingress_spool_limit_bytes')} > 0))`,
      legend: '',
    },
  ],
  runbook: 'hooks-are-spooled',
}

const answers: Panel = {
  kind: 'graph',
  title: 'Answers by outcome',
  description:
    'published, unknown and quarantined are on a topic. spooled is on disk. unavailable is lost. ' +
    'All others were refused because of the sender.',
  unit: 'reqps',
  queries: [
    {
      expr: `sum by (outcome) (rate(${metric('ingress_hooks_total')}[$__rate_interval]))`,
      legend: '{{outcome}}',
    },
  ],
  runbook: 'hooks-are-lost',
}

/** The first page: everything that could mean a lost hook or a lost record. */
export const lostDashboard: Dashboard = {
  uid: 'bridge-lost',
  title: 'Is anything being lost?',
  description: 'The first page at night. Every number that is red has a link to its runbook.',
  rows: [
    { title: 'Lost', panels: [lostHooks, unaccounted, setAside, missingRecords, deadLetters] },
    { title: 'Can we tell?', panels: [processesDown, canaryAge, measurementAge, alertsArrive] },
    {
      title: 'Hooks',
      panels: [
        answers,
        spool,
        spoolShare,
        metricPanel('ingress_spool_oldest_age_seconds', { runbook: 'hooks-are-spooled' }),
        metricPanel('ingress_unavailable_topics', { runbook: 'topic-is-not-available' }),
        metricPanel('ingress_rejections_total', { runbook: 'gitlab-gets-401' }),
      ],
    },
  ],
}
