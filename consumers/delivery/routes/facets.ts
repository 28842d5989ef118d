import type { EventType, RecordOf } from '../../../schemas/catalogue.ts'
import { projectPathOf } from '../../../schemas/project-path.ts'

/** What a route can ask of an event. */
export interface Facets {
  event: EventType
  source: string
  /** Path of the project; null where the event belongs to none. */
  project: string | null
  hasProject: boolean
  /** Path of the group, which contains the project, or which the event is about. */
  group: string | null
  /** Null where GitLab does not say it; routes then treat it as private. */
  visibility: string | null
  isConfidential: boolean
  action: string | null
  branch: string | null
  labels: readonly string[]
  /** User name of who caused the event. */
  author: string | null
  status: string | null
  /** Whether a pipeline, or the pipeline of a job, was started by another one. */
  isChild: boolean
}

export const facetsOf = (record: RecordOf): Facets => {
  const project = projectPathOf(record)
  return {
    event: record.eventType,
    source: record.delivery.source,
    project,
    hasProject: project !== null || ('project_id' in record && record.project_id !== null),
    group: project === null ? groupOf(record) : project.slice(0, Math.max(0, project.lastIndexOf('/'))),
    visibility: visibilityOf(record),
    isConfidential: record.eventType.startsWith('confidential_'),
    action: 'action' in record ? record.action : null,
    branch: branchOf(record),
    labels: 'labels' in record ? record.labels.flatMap(({ title }) => title ?? []) : [],
    author: authorOf(record),
    status: statusOf(record),
    isChild: 'source_pipeline' in record && record.source_pipeline !== null,
  }
}

const groupOf = (record: RecordOf): string | null => {
  if ('full_path' in record) return record.full_path ?? record.path
  if ('group_path' in record) return record.group_path
  return 'group' in record ? (record.group?.full_path ?? null) : null
}

const visibilityOf = (record: RecordOf): string | null => {
  if ('visibility' in record) return record.visibility
  if ('project_visibility' in record) return record.project_visibility
  return 'project' in record ? (record.project?.visibility ?? null) : null
}

/** The branch or tag, without refs/heads/. Of a merge request it is the target branch. */
const branchOf = (record: RecordOf): string | null => {
  if (record.eventType === 'merge_request') return record.object_attributes.target_branch
  if (record.eventType === 'pipeline') return record.object_attributes.ref
  const ref = 'ref' in record ? record.ref : record.eventType === 'release' ? record.tag : null
  return ref?.replace(/^refs\/(heads|tags)\//, '') ?? null
}

const authorOf = (record: RecordOf): string | null => {
  if ('user' in record) return record.user?.username ?? null
  return 'user_username' in record ? record.user_username : null
}

const statusOf = (record: RecordOf): string | null => {
  switch (record.eventType) {
    case 'pipeline':
      return record.object_attributes.status
    case 'job':
      return record.build_status
    case 'deployment':
      return record.status
    case 'vulnerability':
      return record.object_attributes.state
    default:
      return null
  }
}
