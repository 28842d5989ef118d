import { metricPanel } from '../panels/metric-panel.ts'
import type { Panel, ValueText } from '../panels/panel.ts'
import { panelSelectors } from '../panels/panel-selectors.ts'

const { metric } = panelSelectors

const inUse: readonly ValueText[] = [
  { value: 0, text: 'not used', colour: 'grey' },
  { value: 1, text: 'used', colour: 'green' },
]

/** Matchers of one worker, for what it exports itself and for what the lag exporter says of it. */
export interface WorkerMatchers {
  own: Readonly<Record<string, string>>
  group: { group?: RegExp }
  deadLetters: { consumer?: string }
}

export const everyWorker: WorkerMatchers = { own: {}, group: {}, deadLetters: {} }

/** A prefix of the cluster (KAFKA_TOPIC_PREFIX) may come before the group. */
export const oneWorker = (name: string): WorkerMatchers => ({
  own: { process: name },
  group: { group: new RegExp(`.*gitlab-bridge[.]${name}`) },
  deadLetters: { consumer: name },
})

/** Whether a worker is used, how far it is behind, and what is said of that. */
export const lagPanels = ({ group }: WorkerMatchers): Panel[] => [
  {
    kind: 'number',
    title: 'In use',
    description:
      'Grey: the worker has never run and BRIDGE_WORKERS does not name it. Then nothing raises an alarm.',
    unit: 'short',
    queries: [{ expr: `max by (group) (${metric('consumer_used', group)})`, legend: '{{group}}' }],
    values: inUse,
  },
  {
    kind: 'graph',
    title: 'Lag in seconds',
    description:
      'Age of the oldest record that the worker has not handled yet. 0 means that it has caught up.',
    unit: 's',
    queries: [{ expr: `max by (group) (${metric('consumer_lag_seconds', group)})`, legend: '{{group}}' }],
    runbook: 'worker-is-behind',
  },
  {
    kind: 'graph',
    title: 'Lag in records',
    description: 'Records that the worker has not handled yet, on all topics.',
    unit: 'short',
    queries: [{ expr: `sum by (group) (${metric('consumer_lag_records', group)})`, legend: '{{group}}' }],
    runbook: 'worker-is-behind',
  },
  verdictPanel(group),
]

/** A worker that is not used would be a row of zeros. It is left out: *In use* says that it is not used. */
const verdictPanel = (group: WorkerMatchers['group']): Panel => {
  const panel = metricPanel('consumer_lag_verdict', {
    title: 'Verdict',
    matchers: group,
    description: '1 for the worst verdict on any topic. A worker that is not used has none.',
    runbook: 'worker-is-stalled',
  })
  const unused = `${metric('consumer_used', group)} == 0`
  const queries = panel.queries.map((query) => ({
    ...query,
    expr: `${query.expr} unless on (group) (${unused})`,
  }))
  return { ...panel, queries }
}

/** What the process of a worker says of itself. */
export const handlingPanels = ({ own, deadLetters }: WorkerMatchers): Panel[] => [
  {
    kind: 'graph',
    title: 'Handled by outcome',
    description:
      'Messages that the worker has finished with. ' +
      'No line above 0 although hooks arrive means that it makes no progress.',
    unit: 'cps',
    queries: [
      {
        expr: `sum by (process, outcome) (rate(${metric('consumer_handled_total', own)}[$__rate_interval]))`,
        legend: '{{process}} {{outcome}}',
      },
    ],
    runbook: 'worker-is-stalled',
  },
  metricPanel('consumer_age_at_effect_seconds', { matchers: own, runbook: 'worker-is-behind' }),
  metricPanel('consumer_handle_duration_seconds', { matchers: own, runbook: 'worker-is-behind' }),
  metricPanel('consumer_circuit_state', { matchers: own, runbook: 'worker-waits' }),
  metricPanel('consumer_retries_total', { matchers: own, runbook: 'dead-letters-rise' }),
  metricPanel('consumer_dead_letters_total', { matchers: own, runbook: 'dead-letters-rise' }),
  metricPanel('dead_letters', {
    title: 'Open dead letters',
    matchers: deadLetters,
    runbook: 'dead-letters-rise',
  }),
  metricPanel('dead_letter_oldest_age_seconds', { matchers: deadLetters, runbook: 'dead-letters-rise' }),
  metricPanel('consumer_last_progress_timestamp_seconds', { matchers: own, runbook: 'worker-is-stalled' }),
]

/** The requests of a worker to GitLab's API, and its token. */
export const gitlabApiPanels = ({ own }: WorkerMatchers): Panel[] => {
  const runbook = 'gitlab-refuses-the-token'
  return [
    metricPanel('gitlab_api_requests_total', { matchers: own }),
    metricPanel('gitlab_api_request_duration_seconds', { matchers: own }),
    metricPanel('gitlab_api_token_state', { matchers: own, runbook }),
    metricPanel('gitlab_api_token_expires_timestamp_seconds', { matchers: own, runbook }),
  ]
}
