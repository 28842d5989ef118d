import type { MetricCatalogue, ProcessKind } from './declaration.ts'

const processes = ['ingress'] as const satisfies readonly ProcessKind[]

/**
 * What the ingress measures about publishing to Kafka, and about the spool, which holds the hooks that Kafka
 * does not take.
 */
export const publishCatalogue = {
  ingress_batch_records: {
    type: 'histogram',
    help: 'Records that were sent in one produce request.',
    unit: 'records',
    processes,
    buckets: [1, 2, 5, 10, 20, 50, 100, 200, 500],
  },
  ingress_publish_failures_total: {
    type: 'counter',
    help: 'Produce requests that failed, by cause. Their records are sent again.',
    unit: 'requests',
    processes,
    labels: { cause: ['timeout', 'connection', 'leader', 'replicas', 'topic', 'refused', 'other'] },
  },
  ingress_producers_rebuilt_total: {
    type: 'counter',
    help: 'Times the Kafka producer was replaced because it was stuck.',
    unit: 'restarts',
    processes,
  },
  ingress_queued_records: {
    type: 'gauge',
    help: 'Records that wait for a produce request or for its acknowledgement.',
    unit: 'records',
    processes,
  },
  ingress_last_acknowledged_timestamp_seconds: {
    type: 'gauge',
    help: 'When the brokers last acknowledged a produce request.',
    unit: 'timestamp',
    processes,
  },
  ingress_canary_read_back_timestamp_seconds: {
    type: 'gauge',
    help: 'When the canary record, which is published at regular intervals, was last read back from Kafka.',
    unit: 'timestamp',
    processes,
  },
  ingress_unavailable_topics: {
    type: 'gauge',
    help: 'Topics that are marked unavailable while others accept records. Their hooks wait in the spool.',
    unit: 'topics',
    processes,
  },
  ingress_spool_records: {
    type: 'gauge',
    help: 'Hooks that wait in the spool. Shortly after a start, only those that have been counted so far.',
    unit: 'hooks',
    processes,
  },
  ingress_spool_bytes: {
    type: 'gauge',
    help: 'Size of the spool on disk.',
    unit: 'bytes',
    processes,
  },
  ingress_spool_limit_bytes: {
    type: 'gauge',
    help: 'The largest size that the spool may reach.',
    unit: 'bytes',
    processes,
  },
  ingress_spool_oldest_age_seconds: {
    type: 'gauge',
    help: 'Age of the oldest hook in the spool. 0 means that the spool is empty.',
    unit: 'seconds',
    processes,
  },
  ingress_spool_set_aside: {
    type: 'gauge',
    help: 'Damaged, missing or refused hooks of the spool since the ingress started.',
    unit: 'hooks',
    processes,
  },
} as const satisfies MetricCatalogue
