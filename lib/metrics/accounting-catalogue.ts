import type { MetricCatalogue } from './declaration.ts'

/** Whether every record that entered a process has left it or is still there. */
export const accountingCatalogue = {
  unaccounted_records: {
    type: 'gauge',
    help:
      'Hooks, records or messages that entered a stage and are neither there nor left it in a way that is ' +
      'counted. It is 0 unless something was lost.',
    unit: 'records',
    processes: ['ingress', 'worker'],
    labels: { stage: 'stages' },
  },
} as const satisfies MetricCatalogue
