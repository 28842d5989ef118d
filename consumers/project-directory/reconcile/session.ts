import type { Pool } from '../../../lib/database.ts'
import type { ApiPath } from '../../gitlab-api/api-path.ts'
import type { GitlabApi } from '../../gitlab-api/gitlab-api.ts'
import type { DirectoryMetrics } from '../metrics.ts'
import type { Holder } from '../model/holder.ts'

/** One comparison of the directory with one GitLab. */
export interface Session {
  pool: Pool
  api: GitlabApi
  metrics: Pick<DirectoryMetrics, 'drift'>
  realm: number
  signal: AbortSignal
}

type DriftLabels = Parameters<DirectoryMetrics['drift']['inc']>[0]

export const countDrift = (
  { metrics }: Session,
  object: DriftLabels['object'],
  drift: DriftLabels['drift'],
  number = 1,
): void => {
  if (number > 0) metrics.drift.inc({ object, drift }, number)
}

/** A container in GitLab's API. */
export interface Container {
  holder: Holder
  path: ApiPath
}

/**
 * Hooks of the last minute may still be on their way, and the clocks of GitLab and of the bridge may differ.
 * What GitLab's API tells counts as a minute old, so that such hooks are not taken for older than it.
 */
export const marginMs = 60_000

export const observedAt = (): number => Date.now() - marginMs
