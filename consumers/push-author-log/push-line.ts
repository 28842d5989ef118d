import type { RecordOf } from '../../schemas/catalogue.ts'

/** Events that tell of moved refs. */
export const pushEvents = ['push', 'tag_push', 'repository_update'] as const
type PushRecord = RecordOf<(typeof pushEvents)[number]>

/** One pushed ref, as a line of the log holds it. */
export interface PushLine {
  /** When the bridge received the hook, ISO 8601: GitLab does not say when a push happened. */
  pushed_at: string
  user_id: number | null
  /** Null in `repository_update`, which does not tell it. */
  user_username: string | null
  user_name: string | null
  project_id: number
  project_path: string | null
  ref: string
  before: string
  after: string
  /** How many commits were pushed; null where the event does not tell. */
  commits: number | null
  source_event: string
  delivery_id: string
}

/** The lines of one record: a `repository_update` moves several refs. */
export const pushLinesOf = (record: PushRecord): PushLine[] => {
  const { delivery, user_id, user_name, project_id, project } = record
  const isUpdate = record.eventType === 'repository_update'
  const refs = isUpdate ? record.changes : [record]
  return refs.map(({ ref, before, after }) => ({
    pushed_at: new Date(delivery.received_at).toISOString(),
    user_id,
    user_username: isUpdate ? null : record.user_username,
    user_name,
    project_id,
    project_path: project?.path_with_namespace ?? null,
    ref: ref ?? '',
    before: before ?? '',
    after: after ?? '',
    commits: isUpdate ? null : record.total_commits_count,
    source_event: record.eventType,
    delivery_id: delivery.id,
  }))
}

/** What makes a line one of its kind: the same hook handed over twice writes it once. */
export const keyOfLine = ({ delivery_id, pushed_at, ref }: PushLine): string =>
  `${delivery_id} ${pushed_at} ${ref}`

/** The key of a line as it stands in a file; undefined for what is no line of ours. */
export const keyOfText = (text: string): string | undefined => {
  try {
    const line = JSON.parse(text) as PushLine
    return line.delivery_id === undefined ? undefined : keyOfLine(line)
  } catch {
    return undefined
  }
}
