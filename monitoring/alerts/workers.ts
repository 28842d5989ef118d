import type { Alert, AlertGroup } from './alert.ts'
import { destinationAlerts } from './destinations.ts'
import { ruleSelectors } from './rule-selectors.ts'

const { metric } = ruleSelectors

/** What the objective of a worker follows from. */
export interface MeasuredWorker {
  name: string
  effect: 'internal' | 'external'
}

/** People wait for a message or a change of rights; a log may be a quarter of an hour late. */
const objectiveMinutes: Readonly<Record<MeasuredWorker['effect'], number>> = { external: 5, internal: 15 }

/**
 * The lag exporter measures a group, and the series have its name as `process`. The alert names the worker
 * instead, so that it can be compared with the alerts of the process of the worker.
 */
const verdict = (value: 'stalled' | 'stopped' | 'missing' | 'rewound'): string =>
  `label_replace(${metric('consumer_lag_verdict', { verdict: value })} == 1, ` +
  '"process", "$1", "group", ".*gitlab-bridge[.](.+)")'

const verdicts: readonly Alert[] = [
  {
    name: 'WorkerIsStalled',
    expr: verdict('stalled'),
    for: '5m',
    severity: 'critical',
    summary: 'The worker of {{ $labels.group }} runs, and makes no progress.',
    description: 'Records wait on a partition, and none of them is handled.',
    runbook: 'worker-is-stalled',
    dashboard: 'bridge-workers',
  },
  {
    name: 'WorkerIsStopped',
    expr: verdict('stopped'),
    for: '5m',
    severity: 'critical',
    summary: 'No process of {{ $labels.group }} is running.',
    description: 'Its records wait in Kafka, and are deleted there when their retention ends.',
    runbook: 'worker-is-stopped',
    dashboard: 'bridge-workers',
  },
  {
    name: 'RecordsAreMissing',
    expr: verdict('missing'),
    for: '5m',
    severity: 'critical',
    summary: '{{ $labels.group }} has no place to continue from.',
    description: 'A topic does not exist, or the committed offset of a partition is gone.',
    runbook: 'offsets-are-missing',
    dashboard: 'bridge-lost',
  },
  {
    name: 'WorkerIsRewound',
    expr: verdict('rewound'),
    for: '15m',
    severity: 'info',
    summary: '{{ $labels.group }} handles records again that it had handled before.',
    description: 'Somebody set its offset back, or the group lost its offsets.',
    runbook: 'worker-is-rewound',
    dashboard: 'bridge-workers',
  },
]

/** Behind its own objective, while it makes progress: other verdicts have alerts of their own. */
const behind = ({ name, effect }: MeasuredWorker): Alert => {
  const group = new RegExp(`.*gitlab-bridge[.]${name}`)
  const minutes = objectiveMinutes[effect]
  return {
    name: 'WorkerIsBehind',
    expr:
      `max by (group) (${metric('consumer_lag_seconds', { group })}) > ${minutes} * 60\n` +
      `and on (group) ${metric('consumer_lag_verdict', { group, verdict: 'behind' })} == 1`,
    for: '10m',
    severity: 'warning',
    labels: { worker: name },
    summary: `The worker ${name} is more than ${minutes} minutes behind.`,
    description: 'It makes progress. The results of the worker arrive late.',
    runbook: 'worker-is-behind',
    dashboard: `bridge-worker-${name}`,
  }
}

const deadLetters: readonly Alert[] = [
  {
    name: 'DeadLettersAreOpen',
    expr: `${metric('dead_letters')} > 0`,
    for: '10m',
    severity: 'warning',
    summary: '{{ $labels.consumer }} could not handle {{ $value }} records.',
    description: 'They are kept as dead letters until somebody redrives or discards them.',
    runbook: 'dead-letters-rise',
    dashboard: 'bridge-workers',
  },
  {
    name: 'DeadLettersAreOld',
    expr: `${metric('dead_letter_oldest_age_seconds')} > 3 * 86400`,
    for: '1h',
    severity: 'warning',
    summary: 'A dead letter of {{ $labels.consumer }} is older than three days.',
    description: 'Nobody has redriven or discarded it. The record in its topic may be deleted soon.',
    runbook: 'dead-letters-rise',
    dashboard: 'bridge-workers',
  },
]

const waits: readonly Alert[] = [
  // It fires later than WorkerIsStalled, its cause where records wait. An alert that has paged and is then
  // suppressed would end without a word.
  {
    name: 'WorkerWaits',
    // The circuit is half open while the worker tries again, and opens again when that fails.
    expr: `max_over_time(${metric('consumer_circuit_state', { state: 'open' })}[2m]) == 1`,
    for: '10m',
    severity: 'warning',
    summary: 'The worker {{ $labels.process }} waits for something that is not available.',
    description: 'It continues by itself. No record is lost or becomes a dead letter meanwhile.',
    runbook: 'worker-waits',
    dashboard: 'bridge-workers',
  },
  {
    name: 'TopicsAreNotRead',
    expr: `${metric('consumer_unread_topics')} > 0`,
    for: '10m',
    severity: 'warning',
    summary: 'The worker {{ $labels.process }} does not read {{ $value }} of its topics.',
    description: 'They do not exist, or a partition has no committed offset.',
    runbook: 'offsets-are-missing',
    dashboard: 'bridge-workers',
  },
  {
    name: 'LagIsUnknown',
    expr: `${metric('lag_measurement_age_seconds')} > 120`,
    for: '5m',
    severity: 'warning',
    summary: 'The lag of the workers has not been measured for more than two minutes.',
    description: 'Nobody would notice a worker that stands still. Kafka does not answer the lag exporter.',
    runbook: 'lag-is-unknown',
    dashboard: 'bridge-lost',
  },
]

const ldap: readonly Alert[] = [
  {
    name: 'LdapChangesAreHeld',
    expr: `sum by (process) (${metric('ldap_sync_held_changes')}) > 0`,
    for: '5m',
    severity: 'warning',
    summary: 'The LDAP sync holds {{ $value }} changes until a person approves them.',
    description: 'More people would lose or gain rights than the limits allow. Until then rights are stale.',
    runbook: 'ldap-changes-are-held',
    dashboard: 'bridge-worker-ldap-sync',
  },
  {
    name: 'LdapLoginIsRefused',
    expr: `${metric('ldap_sync_login_refused')} == 1`,
    for: '5m',
    severity: 'critical',
    summary: 'The LDAP server refuses the login of {{ $labels.process }}.',
    description: 'No right is given or taken away until it is accepted. The worker tries it rarely.',
    runbook: 'ldap-server-is-not-usable',
    dashboard: 'bridge-worker-ldap-sync',
  },
  {
    name: 'LdapServerIsDown',
    expr: `${metric('ldap_sync_server_up')} == 0 unless ${metric('ldap_sync_login_refused')} == 1`,
    for: '10m',
    severity: 'warning',
    summary: 'No LDAP server answers {{ $labels.process }}.',
    description: 'The events wait in Kafka. No right is given or taken away until a server answers.',
    runbook: 'ldap-server-is-not-usable',
    dashboard: 'bridge-worker-ldap-sync',
  },
  {
    name: 'LdapReconcileFails',
    expr: `${metric('ldap_sync_reconcile_failing')} == 1`,
    for: '1h',
    severity: 'warning',
    summary: '{{ $labels.process }} cannot compare the directory with GitLab.',
    description: 'Changes that no hook reports, such as blocked users, do not reach the directory.',
    runbook: 'ldap-reconcile-fails',
    dashboard: 'bridge-worker-ldap-sync',
  },
  {
    name: 'LdapGroupsAreLeftAlone',
    expr:
      `sum by (process) (${metric('ldap_sync_unreadable_groups')} + ` +
      `${metric('ldap_sync_conflicting_groups')}) > 0`,
    for: '30m',
    severity: 'warning',
    summary: '{{ $value }} LDAP groups are not changed, because they cannot be read or belong to others.',
    description: 'Their members do not follow GitLab until a person has looked at them.',
    runbook: 'ldap-groups-are-left-alone',
    dashboard: 'bridge-worker-ldap-sync',
  },
]

/** @param workers all workers: each has an objective. A worker that is not used has no lag and no verdict */
export const workerAlerts = (workers: readonly MeasuredWorker[]): AlertGroup => ({
  name: 'workers',
  about: 'Workers that stand still or are late, dead letters, and what waits for other systems.',
  recordings: [],
  alerts: [...verdicts, ...workers.map(behind), ...deadLetters, ...waits, ...destinationAlerts, ...ldap],
})
