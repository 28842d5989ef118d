/**
 * The metrics that prom-client collects about each process and about Node, with our prefix. A test compares
 * the names with what it exports. `nodejs_eventloop_lag_seconds` measures only the moment of the scrape
 * (https://github.com/siimon/prom-client/issues/561): use the mean and the 99th percentile.
 */
export const nodeMetrics = {
  process_cpu_user_seconds_total: 'CPU time that the process spent in its own code.',
  process_cpu_system_seconds_total: 'CPU time that the process spent in the kernel.',
  process_cpu_seconds_total: 'CPU time of the process.',
  process_start_time_seconds: 'When the process started, in seconds since 1970.',
  process_resident_memory_bytes: 'Memory of the process that is in RAM.',
  process_virtual_memory_bytes: 'Address space of the process.',
  process_heap_bytes: 'Data segment of the process.',
  process_open_fds: 'Open files and connections.',
  process_max_fds: 'The limit of open files and connections.',
  nodejs_eventloop_lag_seconds: 'Delay of the event loop at the moment of the scrape. Do not use it.',
  nodejs_eventloop_lag_min_seconds: 'Shortest delay of the event loop since the last scrape.',
  nodejs_eventloop_lag_max_seconds: 'Longest delay of the event loop since the last scrape.',
  nodejs_eventloop_lag_mean_seconds: 'Mean delay of the event loop since the last scrape.',
  nodejs_eventloop_lag_stddev_seconds: 'Standard deviation of the delay since the last scrape.',
  nodejs_eventloop_lag_p50_seconds: 'Median delay of the event loop since the last scrape.',
  nodejs_eventloop_lag_p90_seconds: '90th percentile of the delay since the last scrape.',
  nodejs_eventloop_lag_p99_seconds: '99th percentile of the delay since the last scrape.',
  nodejs_active_resources: 'Resources that keep the event loop alive, by type.',
  nodejs_active_resources_total: 'All resources that keep the event loop alive.',
  nodejs_active_handles: 'Open handles, by type.',
  nodejs_active_handles_total: 'All open handles.',
  nodejs_active_requests: 'Requests in progress, by type.',
  nodejs_active_requests_total: 'All requests in progress.',
  nodejs_heap_size_total_bytes: 'Size of the heap of V8.',
  nodejs_heap_size_used_bytes: 'Used part of the heap of V8.',
  nodejs_external_memory_bytes: 'Memory of buffers and of other objects outside of the heap.',
  nodejs_heap_space_size_total_bytes: 'Size of each space of the heap.',
  nodejs_heap_space_size_used_bytes: 'Used part of each space of the heap.',
  nodejs_heap_space_size_available_bytes: 'Free part of each space of the heap.',
  nodejs_version_info: '1, with the version of Node as labels.',
  nodejs_gc_duration_seconds: 'Duration of garbage collections, by kind (a histogram).',
} as const satisfies Record<string, string>

export type NodeMetric = keyof typeof nodeMetrics | 'nodejs_gc_duration_seconds_sum'
