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
  }))
}

/** The key of a line. The same hook that is handled twice writes a line only once. */
export const keyOfLine = ({ delivery_id, pushed_at, ref }: PushLine): string =>
  `${delivery_id} ${pushed_at} ${ref}`

/** The key of a line of a file. Returns undefined for a line that the push author log did not write. */
export const keyOfText = (text: string): string | undefined => {
  try {
    const line = JSON.parse(text) as PushLine
    return line.delivery_id === undefined ? undefined : keyOfLine(line)
  } catch {
    return undefined
  }
}
