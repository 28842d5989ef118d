import type { Deployment } from './events/deployment.generated.ts'
import type { Job } from './events/job.generated.ts'
import type { MergeRequest } from './events/merge_request.generated.ts'
import type { Pipeline } from './events/pipeline.generated.ts'
import type { Release } from './events/release.generated.ts'
import type { Vulnerability } from './events/vulnerability.generated.ts'

/** Finds when the thing happened by GitLab's own words, in milliseconds since 1970; null where it does not say. */
export type TimeOf<Record> = (record: Record) => number | null

/** A push has no push time, and a removal carries the old times of what was removed. */
export const noTime = (): null => null

export const created: TimeOf<{ created_at: number | null }> = ({ created_at }) => created_at

export const updated: TimeOf<{ updated_at: number | null }> = ({ updated_at }) => updated_at

const openings: readonly (string | null)[] = ['open', 'create', 'award']

interface Acted {
  action: string | null
  object_attributes: { created_at: number | null; updated_at: number | null }
}

/** A creation by the time of creation, a change by that of the change; a revoked award has neither. */
export const opened: TimeOf<Acted> = ({ action, object_attributes: { created_at, updated_at } }) => {
  if (action === 'revoke') return null
  return openings.includes(action) ? created_at : updated_at
}

export const mergeRequestTime: TimeOf<MergeRequest> = ({ action, object_attributes: mr }) =>
  mr.actioned_at ?? (action === 'open' ? mr.created_at : mr.updated_at)

/**
 * A release is created at `created_at`. People set `released_at` by hand, to the past or the future, so it is not the
 * time of the event. An update carries no time of its own.
 */
export const released: TimeOf<Release> = ({ action, created_at }) => (action === 'create' ? created_at : null)

const finishedStatuses: readonly (string | null)[] = ['success', 'failed', 'canceled', 'skipped']

/** A pipeline that runs again still carries the `finished_at` of its previous run. */
export const pipelineTime: TimeOf<Pipeline> = ({
  object_attributes: { status, created_at, finished_at },
}) => {
  if (status === 'created') return created_at
  return finishedStatuses.includes(status) ? finished_at : null
}

export const jobTime: TimeOf<Job> = ({
  build_status,
  build_created_at,
  build_started_at,
  build_finished_at,
}) => {
  if (build_status === 'created') return build_created_at
  if (build_status === 'running') return build_started_at
  return finishedStatuses.includes(build_status) ? build_finished_at : null
}

export const deployed: TimeOf<Deployment> = ({ status_changed_at, approval }) =>
  status_changed_at ?? approval?.created_at ?? null

export const vulnerabilityTime: TimeOf<Vulnerability> = ({
  object_attributes: { state, confirmed_at, dismissed_at, resolved_at, updated_at },
}) => {
  const times: Readonly<Record<string, number | null>> = {
    confirmed: confirmed_at,
    dismissed: dismissed_at,
    resolved: resolved_at,
  }
  return times[state] ?? updated_at
}
