import type { MergeRequest } from './events/merge_request.generated.ts'
import type { ProjectLifecycle } from './events/project_lifecycle.generated.ts'
import type { Push } from './events/push.generated.ts'
import type { RepositoryUpdate } from './events/repository_update.generated.ts'
import type { FactBasis } from './parts/fact_basis.generated.ts'

/** What makes two deliveries one fact: equal family and fields, on one GitLab instance. When in doubt, split: a split duplicates, a merge loses. */
export interface Fact {
  /** Events of one family tell the same facts: a push, and the change of a repository update. */
  family: string
  /** `exact`: the fields name one occurrence. `content`: the same fields can recur. */
  basis: Exclude<FactBasis, 'delivery'>
  fields: readonly FactField[]
}

type FactField = string | number | boolean | null

/** A ref that moved from A to B may move back and again to B. */
export const refChange = ({ project_id, ref, before, after }: Push): Fact => ({
  family: 'ref_change',
  basis: 'content',
  fields: [project_id, ref, before, after],
})

/** One change alone is the same fact as the push that made it. */
export const refChanges = ({ project_id, changes }: RepositoryUpdate): Fact => ({
  family: 'ref_change',
  basis: 'content',
  fields: [project_id, ...changes.flatMap(({ ref, before, after }) => [ref, before, after])],
})

/** Without `actioned_at` (before GitLab 18.10) `updated_at` must do, which older versions round to a second. */
export const mergeRequestChange = ({ action, user, changes, object_attributes: mr }: MergeRequest): Fact => ({
  family: 'merge_request',
  basis: mr.actioned_at === null ? 'content' : 'exact',
  fields: [mr.id, action, mr.system_action, mr.actioned_at ?? mr.updated_at, user?.id ?? null, mr.oldrev, textOf(changes)],
})

/** A project is created once and destroyed once. */
export const projectLife = ({ delivery, project_id }: ProjectLifecycle): Fact => ({
  family: 'project',
  basis: 'exact',
  fields: [delivery.event_type, project_id],
})

export const projectChange = (record: ProjectLifecycle): Fact => ({
  family: 'project',
  basis: 'exact',
  fields: [
    record.delivery.event_type,
    record.project_id,
    record.old_path_with_namespace,
    record.path_with_namespace,
    record.updated_at,
    record.name,
    record.visibility,
  ],
})

const textOf = (changes: MergeRequest['changes']): string =>
  JSON.stringify(
    Object.entries(changes)
      .map(([name, { previous, current }]) => [name, previous, current])
      .sort(),
  )
