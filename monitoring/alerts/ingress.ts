import type { Alert, AlertGroup, Severity } from './alert.ts'
import { ruleSelectors } from './rule-selectors.ts'

const { metric, node } = ruleSelectors

const lost = `sum by (process) (increase(${metric('ingress_hooks_total', { outcome: 'unavailable' })}[10m]))`

const losses: readonly Alert[] = [
  {
    name: 'HooksAreLost',
    expr: `${lost} > 0 and ${lost} < 10`,
    for: '0m',
    keepFiringFor: '1h',
    severity: 'warning',
    summary: 'Hooks were answered 503 and are lost.',
    description:
      'Neither Kafka nor the spool accepted them. Let GitLab resend them: it shows them for two days.',
    runbook: 'hooks-are-lost',
    dashboard: 'bridge-lost',
  },
  {
    name: 'HooksAreLost',
    expr: `${lost} >= 10`,
    for: '1m',
    keepFiringFor: '10m',
    severity: 'critical',
    summary: 'Hooks are being lost: {{ $value | humanize }} in ten minutes.',
    description: 'Neither Kafka nor the spool accepts them. GitLab counts failures and may disable hooks.',
    runbook: 'hooks-are-lost',
    dashboard: 'bridge-lost',
  },
  {
    name: 'HooksAreSetAside',
    expr: `${metric('ingress_spool_set_aside')} > 0`,
    for: '1m',
    severity: 'warning',
    summary: 'The ingress {{ $labels.process }} has set hooks of its spool aside.',
    description: 'They are on its disk and reach no worker until somebody publishes them.',
    runbook: 'hooks-are-set-aside',
    dashboard: 'bridge-lost',
  },
]

const lastAcknowledged = metric('ingress_last_acknowledged_timestamp_seconds')
const readBack = metric('ingress_canary_read_back_timestamp_seconds')
const startedAt = node('process_start_time_seconds', { job: 'ingress' })

const kafka: readonly Alert[] = [
  {
    name: 'KafkaIsUnwritable',
    // Failures become rare while the ingress waits longer between its attempts, and hooks wait all the time.
    expr:
      `time() - (${lastAcknowledged} > 0 or ${startedAt}) > 120\n` +
      `and (sum without (cause) (increase(${metric('ingress_publish_failures_total')}[5m])) > 0 ` +
      `or ${metric('ingress_spool_records')} > 0)\n` +
      `or ${metric('ingress_connected')} == 0`,
    // Less than the alert about the canary, which is an effect.
    for: '2m',
    severity: 'critical',
    summary: 'The brokers do not acknowledge the records of {{ $labels.process }}.',
    description: 'Hooks are kept in the spool until it is full. Workers get nothing new.',
    runbook: 'hooks-are-spooled',
    dashboard: 'bridge-ingress',
  },
  {
    name: 'CanaryIsNotReadBack',
    expr: `time() - (${readBack} > 0 or ${startedAt}) > 180`,
    for: '5m',
    severity: 'critical',
    summary: 'The canary of {{ $labels.process }} has not been read back for minutes.',
    description: 'Published records may be unreadable. This also holds while no hooks arrive.',
    runbook: 'records-are-not-read-back',
    dashboard: 'bridge-lost',
  },
  {
    name: 'TopicIsUnavailable',
    expr: `${metric('ingress_unavailable_topics')} > 0`,
    for: '5m',
    severity: 'warning',
    summary: '{{ $value }} topics are not available to {{ $labels.process }}, while others are.',
    description: 'Their hooks wait in the spool, at most in a part of it. Others are published.',
    runbook: 'topic-is-not-available',
    dashboard: 'bridge-ingress',
  },
]

const registry: readonly Alert[] = [
  {
    name: 'RegistryHasNotAnswered',
    expr: `${metric('ingress_schema_ids', { from: 'disk' })} == 1`,
    for: '10m',
    severity: 'warning',
    summary: 'The schema registry has not answered {{ $labels.process }} since it started.',
    description:
      'Hooks are published with the schema ids of an earlier start. A worker that starts now cannot decode.',
    runbook: 'registry-has-not-answered',
    dashboard: 'bridge-ingress',
  },
]

const bytes = metric('ingress_spool_bytes')
const limit = metric('ingress_spool_limit_bytes')

const spool: readonly Alert[] = [
  {
    name: 'SpoolFills',
    expr: `predict_linear(${bytes}[15m], 4 * 3600) > ${limit}\nand ${metric('ingress_spool_records')} > 0`,
    for: '10m',
    severity: 'warning',
    summary: 'The spool of {{ $labels.process }} is full within four hours.',
    description: 'Then hooks are answered 503 and lost. Bring back Kafka, or give the spool more room.',
    runbook: 'hooks-are-spooled',
    dashboard: 'bridge-lost',
  },
  {
    name: 'SpoolIsNearlyFull',
    expr: `${bytes} / (${limit} > 0) > 0.8`,
    for: '1m',
    severity: 'critical',
    summary: '{{ $value | humanizePercentage }} of the spool of {{ $labels.process }} is used.',
    description: 'When it is full, hooks are answered 503 and lost.',
    runbook: 'hooks-are-spooled',
    dashboard: 'bridge-lost',
  },
  {
    name: 'SpoolIsOld',
    expr: `${metric('ingress_spool_oldest_age_seconds')} > 30 * 60`,
    for: '5m',
    severity: 'warning',
    summary: 'The oldest hook in the spool of {{ $labels.process }} waits for more than 30 minutes.',
    description: 'Workers do not see these hooks yet. They are not lost.',
    runbook: 'hooks-are-spooled',
    dashboard: 'bridge-lost',
  },
]

const reasons = ['no_credentials', 'wrong_token', 'stale_signature', 'wrong_signature'] as const
const rejections = metric('ingress_rejections_total', { reason: reasons })
const received = metric('ingress_received_total')

const senders: readonly Alert[] = [
  {
    name: 'CredentialsAreRejected',
    expr: `sum by (process) (increase(${rejections}[15m])) > 50`,
    for: '5m',
    severity: 'warning',
    summary: '{{ $value | humanize }} hooks with a wrong credential in 15 minutes.',
    description: 'A hook has an old token, or somebody tries tokens. GitLab disables hooks that get 401.',
    runbook: 'gitlab-gets-401',
    dashboard: 'bridge-ingress',
  },
  {
    name: 'NoHooksArrive',
    expr: `sum(increase(${received}[2h])) == 0\nand sum(increase(${received}[2h] offset 1w)) > 50`,
    for: '10m',
    severity: 'warning',
    summary: 'No hook has arrived for two hours. At this time of the last week there were many.',
    description: 'GitLab may have disabled its hooks, or cannot reach the ingress.',
    runbook: 'no-hooks-arrive',
    dashboard: 'bridge-ingress',
  },
]

const expires = metric('ingress_certificate_expires_timestamp_seconds')
const usedAt = metric('ingress_credential_last_used_timestamp_seconds')

const certificate = (severity: Severity, days: number, inWords: string): Alert => ({
  name: 'CertificateExpiresSoon',
  expr: `${expires} > 0 and ${expires} - time() < ${days} * 86400`,
  for: '10m',
  severity,
  summary: `The certificate of the ingress {{ $labels.process }} expires within ${inWords}.`,
  description: 'GitLab refuses the connection from that moment on, and its hooks are lost.',
  runbook: 'certificate-expires',
  dashboard: 'bridge-ingress',
})

/** What people must renew in time. */
const secrets: readonly Alert[] = [
  certificate('warning', 21, 'three weeks'),
  certificate('critical', 3, 'three days'),
  {
    name: 'OldSecretIsUsed',
    expr: `count by (process, source, proof) (time() - (${usedAt} > 0) < 86400) > 1`,
    for: '7d',
    severity: 'warning',
    summary: 'Several secrets of the sender {{ $labels.source }} have been in use for a week.',
    description: 'A change of the secret was begun and not finished: some hooks still send the old one.',
    runbook: 'old-secret-is-used',
    dashboard: 'bridge-ingress',
  },
]

/** What users of GitLab and the readers of the topics would notice. */
export const ingressAlerts: AlertGroup = {
  name: 'ingress',
  about: 'Hooks that are lost or wait, Kafka as the ingress sees it, and senders.',
  recordings: [],
  alerts: [...losses, ...kafka, ...registry, ...spool, ...senders, ...secrets],
}
