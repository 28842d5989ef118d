import type { NodeMetric } from '../panels/node-metrics.ts'
import type { Dashboard, Panel, PanelUnit } from '../panels/panel.ts'
import { panelSelectors } from '../panels/panel-selectors.ts'

const { node, up } = panelSelectors

const gauge = (title: string, description: string, unit: PanelUnit, metric: NodeMetric): Panel => ({
  kind: 'graph',
  title,
  description,
  unit,
  queries: [{ expr: `max by (process) (${node(metric)})`, legend: '{{process}}' }],
})

const share = (title: string, description: string, metric: NodeMetric, legend: string): Panel => ({
  kind: 'graph',
  title,
  description,
  unit: 'percentunit',
  queries: [{ expr: `sum by (process) (rate(${node(metric)}[$__rate_interval]))`, legend }],
})

const slowLoop = 'Above 0.5 s a process answers late, and a worker may lose its partitions.'

/** The processes themselves: whether Prometheus reaches them, and what they use. */
export const nodeDashboard: Dashboard = {
  uid: 'bridge-node',
  title: 'Node runtime',
  description:
    'The processes themselves: whether they run, and how much CPU time, memory and files they use.',
  rows: [
    {
      title: 'Processes',
      panels: [
        {
          kind: 'graph',
          title: 'Up',
          description: '1 means that Prometheus reaches the process.',
          unit: 'short',
          queries: [{ expr: `max by (process) (${up()})`, legend: '{{process}}' }],
          runbook: 'process-is-down',
        },
        share('CPU', 'CPU time as a share of one core.', 'process_cpu_seconds_total', '{{process}}'),
        gauge('Memory', 'Memory in RAM.', 'bytes', 'process_resident_memory_bytes'),
      ],
    },
    {
      title: 'Event loop',
      panels: [
        gauge('Mean delay', slowLoop, 's', 'nodejs_eventloop_lag_mean_seconds'),
        gauge('99th percentile of the delay', slowLoop, 's', 'nodejs_eventloop_lag_p99_seconds'),
        share(
          'Garbage collection',
          'Time in garbage collections as a share of one core.',
          'nodejs_gc_duration_seconds_sum',
          '{{process}}',
        ),
      ],
    },
    {
      title: 'Memory and files',
      panels: [
        gauge('Used heap', 'Used part of the heap of V8.', 'bytes', 'nodejs_heap_size_used_bytes'),
        gauge('External memory', 'Buffers outside of the heap.', 'bytes', 'nodejs_external_memory_bytes'),
        gauge('Open files', 'Open files and connections.', 'short', 'process_open_fds'),
      ],
    },
  ],
}
