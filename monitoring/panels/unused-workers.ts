import type { Selectors } from './create-selectors.ts'

const named = (unused: string): string =>
  `label_replace(${unused} == 0, "process", "$1", "group", ".*gitlab-bridge[.](.+)")`

/** PromQL: one series with the label `process` for each worker that is not used. */
export const unusedWorkers = ({ metric }: Selectors): string => named(metric('consumer_used'))

/** The same, by what the lag exporter said last, so that it holds also while the lag exporter is down. */
export const lastUnusedWorkers = ({ metric }: Selectors): string =>
  named(`max by (group) (last_over_time(${metric('consumer_used')}[1d]))`)
