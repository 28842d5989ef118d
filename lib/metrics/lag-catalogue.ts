import type { MetricCatalogue, ProcessKind } from './declaration.ts'

const processes = ['lag-exporter'] as const satisfies readonly ProcessKind[]

/** The metrics of `bridge lag-exporter`. */
export const lagCatalogue = {
  consumer_lag_records: {
    type: 'gauge',
    help: 'Records that a worker has not handled yet, also while the worker is stopped.',
    unit: 'records',
    processes,
    labels: { group: 'groups', topic: 'topics' },
  },
  consumer_lag_seconds: {
    type: 'gauge',
    help: 'Age of the oldest record that a worker has not handled yet. 0 means that it has caught up.',
    unit: 'seconds',
    processes,
    labels: { group: 'groups', topic: 'topics' },
  },
  consumer_lag_verdict: {
    type: 'gauge',
    help:
      '1 for the worst verdict of any topic of the group, 0 for the others. ' +
      'All are 0 for a group that is not used.',
    unit: 'state',
    processes,
    labels: { group: 'groups', verdict: ['ok', 'behind', 'stalled', 'stopped', 'rewound', 'missing'] },
  },
  consumer_used: {
    type: 'gauge',
    help:
      '1 if the worker of this group has ever run, or if BRIDGE_WORKERS names it. ' +
      'Otherwise 0: the group is not used, and has neither lag nor verdict.',
    unit: 'state',
    processes,
    labels: { group: 'groups' },
  },
  lag_measurement_age_seconds: {
    type: 'gauge',
    help:
      'Time since the lag was last measured. ' +
      'All lag metrics are that old; it grows while Kafka is silent.',
    unit: 'seconds',
    processes,
  },
  dead_letters: {
    type: 'gauge',
    help: 'Dead letters that have been neither redriven nor discarded.',
    unit: 'messages',
    processes,
    labels: { consumer: 'workers' },
  },
  dead_letter_oldest_age_seconds: {
    type: 'gauge',
    help: 'Age of the oldest open dead letter. 0 means that there is none.',
    unit: 'seconds',
    processes,
    labels: { consumer: 'workers' },
  },
} as const satisfies MetricCatalogue
