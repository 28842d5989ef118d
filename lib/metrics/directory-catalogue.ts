import type { MetricCatalogue, ProcessKind } from './declaration.ts'

const processes = ['worker'] as const satisfies readonly ProcessKind[]

/** The metrics of the worker project-directory. */
export const directoryCatalogue = {
  directory_requests_total: {
    type: 'counter',
    help: 'Requests to the API of the directory, by status. Only of the worker project-directory.',
    unit: 'requests',
    processes,
    labels: { status: ['200', '300', '301', '304', '400', '401', '404', '406', '503', 'other'] },
  },
  directory_request_duration_seconds: {
    type: 'histogram',
    help:
      'Time from a request to the API of the directory until its answer is written. ' +
      'Only of the worker project-directory.',
    unit: 'seconds',
    processes,
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5],
  },
  directory_drift_total: {
    type: 'counter',
    help:
      "What the directory did not know as GitLab's API tells it, and was corrected. " +
      'Only of the worker project-directory.',
    unit: 'records',
    processes,
    labels: {
      object: ['group', 'project', 'branch', 'tag', 'member'],
      drift: ['missing', 'wrong', 'gone'],
    },
  },
  directory_reconciled_timestamp_seconds: {
    type: 'gauge',
    help:
      "When the directory was last compared with GitLab's API to the end, with every instance. " +
      'Only of the worker project-directory.',
    unit: 'timestamp',
    processes,
  },
  directory_reconcile_failing: {
    type: 'gauge',
    help:
      "1 after a comparison of the directory with GitLab's API that could not be completed, until the next " +
      'one is. Only of the worker project-directory.',
    unit: 'state',
    processes,
  },
  directory_ambiguous: {
    type: 'gauge',
    help:
      'Projects, groups, users, branches and tags whose events contradict each other, so that the answer ' +
      'is a guess. Counted every five minutes. Only of the worker project-directory.',
    unit: 'records',
    processes,
    labels: { object: ['holder', 'ref'] },
  },
} as const satisfies MetricCatalogue
