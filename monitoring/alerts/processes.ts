import { lastUnusedWorkers } from '../panels/unused-workers.ts'
import type { Alert, AlertGroup, Severity } from './alert.ts'
import { ruleSelectors } from './rule-selectors.ts'

const { metric, node, up } = ruleSelectors

const place = { runbook: 'process-is-down', dashboard: 'bridge-node' }

const down: readonly Alert[] = [
  {
    name: 'IngressIsDown',
    expr: `${up({ job: 'ingress' })} == 0`,
    for: '2m',
    severity: 'critical',
    summary: 'Prometheus does not reach the ingress {{ $labels.process }}.',
    description: 'GitLab probably does not reach it either. It counts failures and may disable hooks.',
    ...place,
  },
  {
    name: 'ProcessIsDown',
    expr:
      `${up({ job: ['worker', 'lag-exporter'] })} == 0\n` +
      `unless on (process) ${lastUnusedWorkers(ruleSelectors)}`,
    // Later than WorkerIsStopped: after a worker was killed, its group keeps it for the time of a session.
    for: '10m',
    severity: 'warning',
    summary: 'Prometheus does not reach {{ $labels.process }}.',
    description: 'Its figures are missing. A worker that is not used raises no alarm.',
    ...place,
  },
]

const missing = (job: string, severity: Severity): Alert => ({
  name: 'SeriesAreMissing',
  expr: `absent(${node('process_start_time_seconds', { job })})`,
  for: '5m',
  severity,
  labels: { job },
  summary: `Prometheus has no series of any process of the job ${job}.`,
  description: 'Every alert about it is silent, whatever happens.',
  ...place,
})

const runtime: readonly Alert[] = [
  {
    name: 'EventLoopIsBlocked',
    expr: `${node('nodejs_eventloop_lag_p99_seconds')} > 1`,
    for: '5m',
    severity: 'warning',
    summary: 'The event loop of {{ $labels.process }} is late by {{ $value | humanizeDuration }}.',
    description: 'It answers late. A worker may lose its partitions, and hooks may take too long.',
    runbook: 'event-loop-is-blocked',
    dashboard: 'bridge-node',
  },
  {
    name: 'OpenFilesNearLimit',
    expr: `${node('process_open_fds')} / ${node('process_max_fds')} > 0.8`,
    for: '5m',
    severity: 'warning',
    summary: '{{ $labels.process }} uses {{ $value | humanizePercentage }} of its open files.',
    description: 'At the limit it accepts no connection and opens no file.',
    runbook: 'event-loop-is-blocked',
    dashboard: 'bridge-node',
  },
  {
    name: 'ProcessRestarts',
    expr: `changes(${node('process_start_time_seconds')}[30m]) > 3`,
    for: '0m',
    keepFiringFor: '10m',
    severity: 'warning',
    summary: '{{ $labels.process }} started more than three times in 30 minutes.',
    description: 'Its log says why it ends.',
    ...place,
  },
]

const clock = metric('clock_timestamp_seconds')

/** Compared with the clock of Prometheus, which notes when it scraped. */
const clocks: readonly Alert[] = [
  {
    name: 'ClockIsWrong',
    expr: `abs(${clock} - timestamp(${clock})) > 60`,
    for: '1m',
    severity: 'warning',
    summary: 'The clock of {{ $labels.process }} is wrong by {{ $value | humanizeDuration }}.',
    description:
      'It is compared with the clock of Prometheus. An ingress with a wrong clock refuses signed hooks, ' +
      'and the times in records are wrong.',
    runbook: 'clock-is-wrong',
    dashboard: 'bridge-node',
  },
]

/** It always fires. When it stays away, its receiver knows that Prometheus or Alertmanager is down. */
const watchdog: Alert = {
  name: 'Watchdog',
  expr: 'vector(1)',
  for: '0m',
  severity: 'info',
  summary: 'Alerts arrive.',
  description: 'This alert always fires. When it stops, Prometheus or Alertmanager is down.',
  runbook: 'alerts-do-not-arrive',
  dashboard: 'bridge-lost',
}

/** The processes themselves, and whether anybody would notice. */
export const processAlerts: AlertGroup = {
  name: 'processes',
  about: 'Processes that do not run or do not keep up, and series that are missing.',
  recordings: [],
  alerts: [
    ...down,
    missing('ingress', 'critical'),
    missing('worker', 'critical'),
    missing('lag-exporter', 'warning'),
    ...runtime,
    ...clocks,
    watchdog,
  ],
}
