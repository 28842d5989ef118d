import type { Deployment } from './events/deployment.generated.ts'
import type { Job } from './events/job.generated.ts'
import type { MergeRequest } from './events/merge_request.generated.ts'
import type { Pipeline } from './events/pipeline.generated.ts'
import type { Release } from './events/release.generated.ts'
import type { Vulnerability } from './events/vulnerability.generated.ts'

/**
 * Returns when the event happened according to GitLab, in milliseconds since 1970;
 * null where GitLab does not say it.
 */
export type TimeOf<Record> = (record: Record) => number | null

/**
 * For events without a time of their own:
 * a push carries none, and a removal carries only the older times of its object.
 */
export const noTime = (): null => null

export const created: TimeOf<{ created_at: number | null }> = ({ created_at }) => created_at

export const updated: TimeOf<{ updated_at: number | null }> = ({ updated_at }) => updated_at

export const began: TimeOf<{ from: number }> = ({ from }) => from

const openings: readonly (string | null)[] = ['open', 'create', 'award']

interface Acted {
  action: string | null
  object_attributes: { created_at: number | null; updated_at: number | null }
}

/**
 * The creation happened at `created_at`, a change at `updated_at`.
 * A revoked award carries neither of the two times.
 */
export const opened: TimeOf<Acted> = ({ action, object_attributes: { created_at, updated_at } }) => {
  if (action === 'revoke') return null
  return openings.includes(action) ? created_at : updated_at
}

export const mergeRequestTime: TimeOf<MergeRequest> = ({ action, object_attributes: mr }) =>
  mr.actioned_at ?? (action === 'open' ? mr.created_at : mr.updated_at)

/**
 * A release is created at `created_at`. An update carries no time of its own.
 * `released_at` is not used: people set it by hand, to the past or to the future.
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
