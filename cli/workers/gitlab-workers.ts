import { consumers } from '../../consumers/index.ts'

/** The names of the workers that call GitLab's API. */
export const gitlabWorkers: readonly string[] = consumers
  .filter(({ gitlabApi }) => gitlabApi !== undefined)
  .map(({ name }) => name)
