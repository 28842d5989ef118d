import { metricPanel } from '../panels/metric-panel.ts'
import type { Dashboard, Panel } from '../panels/panel.ts'
import { panelSelectors } from '../panels/panel-selectors.ts'
import { notShown } from './not-shown.ts'

const { metric, histogram } = panelSelectors

const rate = (selector: string): string => `rate(${selector}[$__rate_interval])`

const kept = ['published', 'unknown', 'quarantined', 'spooled'] as const

const goodAnswers: Panel = {
  kind: 'graph',
  title: 'Answered 2xx',
  description: 'Share of the hooks that could be kept and were answered 2xx. The objective is 99.9 %.',
  unit: 'percentunit',
  queries: [
    {
      expr:
        `sum(${rate(metric('ingress_hooks_total', { outcome: kept }))}) / ` +
        `sum(${rate(metric('ingress_hooks_total', { outcome: [...kept, 'unavailable'] }))})`,
      legend: '',
    },
  ],
  runbook: 'hooks-are-lost',
}

const inTime: Panel = {
  kind: 'graph',
  title: 'Answered in under 5 s',
  description: 'GitLab stops waiting after 10 s and then counts a failure. The objective is 99.9 %.',
  unit: 'percentunit',
  queries: [
    {
      expr:
        `sum(${rate(histogram('ingress_duration_seconds_bucket', { le: '5' }))}) / ` +
        `sum(${rate(histogram('ingress_duration_seconds_count'))})`,
      legend: '',
    },
  ],
  runbook: 'answers-are-slow',
}

const traffic: readonly Panel[] = [
  metricPanel('ingress_hooks_total', { title: 'Answers by outcome', runbook: 'hooks-are-lost' }),
  goodAnswers,
  inTime,
  metricPanel('ingress_duration_seconds', { runbook: 'answers-are-slow' }),
  metricPanel('ingress_records_total', { title: 'Records by event (the ten busiest)' }),
  metricPanel('ingress_received_total'),
]

const publishing: readonly Panel[] = [
  metricPanel('ingress_batch_records', { title: 'Records in one produce request' }),
  metricPanel('ingress_publish_failures_total', { runbook: 'hooks-are-spooled' }),
  metricPanel('ingress_queued_records'),
  metricPanel('ingress_last_acknowledged_timestamp_seconds', { runbook: 'hooks-are-spooled' }),
  metricPanel('ingress_canary_read_back_timestamp_seconds', { runbook: 'records-are-not-read-back' }),
  metricPanel('ingress_unavailable_topics', { runbook: 'topic-is-not-available' }),
]

const spool: readonly Panel[] = [
  metricPanel('ingress_spool_records', { runbook: 'hooks-are-spooled' }),
  metricPanel('ingress_spool_oldest_age_seconds', { runbook: 'hooks-are-spooled' }),
  metricPanel('ingress_spool_bytes', { runbook: 'hooks-are-spooled' }),
  metricPanel('ingress_spool_limit_bytes'),
  metricPanel('ingress_spool_set_aside', { runbook: 'hooks-are-set-aside' }),
]

const senders: readonly Panel[] = [
  metricPanel('ingress_rejections_total', { runbook: 'gitlab-gets-401' }),
  metricPanel('ingress_credential_last_used_timestamp_seconds', { runbook: 'gitlab-gets-401' }),
  metricPanel('ingress_changed_resends_total'),
]

/** What GitLab feels, and what happens to a hook between its arrival and the acknowledgement of Kafka. */
export const ingressDashboard = (workers: readonly string[]): Dashboard => ({
  uid: 'bridge-ingress',
  title: 'Ingress',
  description:
    'What GitLab feels: rate, failures and duration of its hooks, publishing, the spool, and senders.',
  rows: [
    { title: 'Hooks', panels: traffic },
    { title: 'Publishing', panels: publishing },
    { title: 'Spool', panels: spool },
    { title: 'Senders', panels: senders },
    {
      title: 'More',
      panels: notShown('ingress', workers, [...traffic, ...publishing, ...spool, ...senders]),
    },
  ],
})
