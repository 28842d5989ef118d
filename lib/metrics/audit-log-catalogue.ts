import type { MetricCatalogue, ProcessKind } from './declaration.ts'

const processes = ['worker'] as const satisfies readonly ProcessKind[]

/** The metrics of the worker audit-log about its checkpoints. */
export const auditLogCatalogue = {
  audit_log_forked: {
    type: 'gauge',
    help:
      '1 if the audit log does not extend its newest anchored checkpoint, else 0. ' +
      'Then nothing is signed. Only of the worker audit-log.',
    unit: 'state',
    processes,
  },
  audit_log_unanchored_leaves: {
    type: 'gauge',
    help:
      'Leaves of the audit log that no checkpoint outside of the database covers. ' +
      'Only of the worker audit-log.',
    unit: 'records',
    processes,
  },
  audit_log_anchored_timestamp_seconds: {
    type: 'gauge',
    help: 'When every anchor had the newest checkpoint of the audit log. Only of the worker audit-log.',
    unit: 'timestamp',
    processes,
  },
} as const satisfies MetricCatalogue
