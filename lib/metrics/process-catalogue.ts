import type { MetricCatalogue } from './declaration.ts'

/** What every process exports about itself, beside what prom-client collects. */
export const processCatalogue = {
  clock_timestamp_seconds: {
    type: 'gauge',
    help: 'The time of the clock of the process when it was scraped.',
    unit: 'timestamp',
    processes: ['ingress', 'worker', 'lag-exporter'],
  },
} as const satisfies MetricCatalogue
