import type { Selectors } from './create-selectors.ts'

/** PromQL: one series with the label `process` for each worker that is not used. */
export const unusedWorkers = ({ metric }: Selectors): string =>
  `label_replace(${metric('consumer_used')} == 0, "process", "$1", "group", ".*gitlab-bridge[.](.+)")`
