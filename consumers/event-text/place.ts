import { cleanText } from '../../lib/clean-text.ts'
import type { RecordOf } from '../../schemas/catalogue.ts'
import { projectPathOf } from '../../schemas/project-path.ts'

/** Where something happened. All fields are null where the event does not say it. */
export interface Place {
  project_id: number | null
  project_path: string | null
  group_id: number | null
  group_path: string | null
  ref: string | null
}

export const placeOf = (record: RecordOf): Place => ({
  project_id: 'project_id' in record ? record.project_id : null,
  project_path: cleanText(projectPathOf(record)),
  group_id: groupIdOf(record),
  group_path: cleanText(groupPathOf(record)),
  ref: cleanText(refOf(record)),
})

const groupIdOf = (record: RecordOf): number | null => {
  if ('group_id' in record) return record.group_id
  if ('group' in record) return record.group?.group_id ?? null
  return record.eventType === 'milestone' ? record.object_attributes.group_id : null
}

const groupPathOf = (record: RecordOf): string | null => {
  if ('full_path' in record) return record.full_path ?? record.path
  if ('group_path' in record) return record.group_path
  return 'group' in record ? (record.group?.full_path ?? null) : null
}

/** The branch or tag. Of a merge request it is the target branch. */
const refOf = (record: RecordOf): string | null => {
  if ('ref' in record) return record.ref
  switch (record.eventType) {
    case 'merge_request':
      return record.object_attributes.target_branch
    case 'pipeline':
      return record.object_attributes.ref
    case 'release':
      return record.tag
    case 'repository_update':
      return record.refs.length === 1 ? (record.refs[0] ?? null) : null
    default:
      return null
  }
}
