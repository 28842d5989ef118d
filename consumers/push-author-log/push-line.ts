import type { RecordOf } from '../../schemas/catalogue.ts'
import { projectPathOf } from '../../schemas/project-path.ts'

/** Events that report moved refs. */
export const pushEvents = ['push', 'tag_push', 'repository_update'] as const
type PushRecord = RecordOf<(typeof pushEvents)[number]>

/** One pushed ref. It is one line of the log, as JSON. */
export interface PushLine {
  /** When the bridge received the hook, in ISO 8601. GitLab does not say when a push happened. */
  pushed_at: string
  user_id: number | null
  /** Null for `repository_update`, which does not report it. */
  user_username: string | null
  user_name: string | null
  project_id: number
  project_path: string | null
  ref: string
  before: string
  after: string
  /** How many commits were pushed. Null for `repository_update`, which does not report it. */
  commits: number | null
  source_event: string
  delivery_id: string
  /** Address of the GitLab instance. Two instances can have a project of the same id. */
  instance: string | null
  /** Name of the configured source that sent the hook. */
  source: string
  /**
   * Whether the hook seems to come from GitLab's button *Test*: the ref was at `after` already. Lines of
   * older versions do not have this field.
   */
  suspected_test: boolean
}

/** The lines of one record. A `repository_update` may move several refs. */
export const pushLinesOf = (record: PushRecord): PushLine[] => {
  const { delivery, user_id, user_name, project_id } = record
  const isUpdate = record.eventType === 'repository_update'
  const refs = isUpdate ? record.changes : [record]
  return refs.map(({ ref, before, after }) => ({
    pushed_at: new Date(delivery.received_at).toISOString(),
    user_id,
    user_username: isUpdate ? null : record.user_username,
    user_name,
    project_id,
    project_path: projectPathOf(record),
    ref: ref ?? '',
    before: before ?? '',
    after: after ?? '',
    commits: isUpdate ? null : record.total_commits_count,
    source_event: record.eventType,
    delivery_id: delivery.id,
    instance: delivery.instance,
    source: delivery.source,
    suspected_test: before === after || listsItsOwnBase(record),
  }))
}

/**
 * The button *Test* of GitLab sends the newest three commits, and names the oldest of them as `before`. A
 * real push never lists that commit, because the ref was at it already.
 */
const listsItsOwnBase = (record: PushRecord): boolean =>
  record.eventType !== 'repository_update' && record.commits.some(({ id }) => id === record.before)
