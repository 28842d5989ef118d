import type { MetricCatalogue, ProcessKind } from './declaration.ts'

const processes = ['worker'] as const satisfies readonly ProcessKind[]
const labels = { copy: ['directory', 'consul'] } as const

/** The metrics of the worker push-author-log about its second copies. */
export const pushLogCatalogue = {
  push_log_copy_failing: {
    type: 'gauge',
    help:
      '1 while a second copy of the push log cannot be brought up to date, else 0. ' +
      'Only of the worker push-author-log.',
    unit: 'state',
    processes,
    labels,
  },
  push_log_copied_timestamp_seconds: {
    type: 'gauge',
    help:
      'When a second copy of the push log was last brought up to date; 0 before the first time. ' +
      'Only of the worker push-author-log.',
    unit: 'timestamp',
    processes,
    labels,
  },
} as const satisfies MetricCatalogue
