/** The key of records that belong to no project, group, user or key. */
const instance = 'instance'

/** Returns the key of a record. Kafka keeps all records with the same key in one partition, in order. */
export type KeyOf<Record> = (record: Record) => string

/** The project's id as decimal text. */
export const byProject: KeyOf<{ project_id: number | null }> = ({ project_id }) =>
  project_id === null ? instance : String(project_id)

export const byGroup: KeyOf<{ group_id: number }> = ({ group_id }) => group(group_id)

export const byUser: KeyOf<{ user_id: number }> = ({ user_id }) => `user:${user_id}`

export const byKeyId: KeyOf<{ id: number }> = ({ id }) => `key:${id}`

/** For events that belong to a project or to a group. */
export const byProjectOrGroup: KeyOf<{ project_id: number | null; group_id: number | null }> = (record) =>
  record.project_id === null && record.group_id !== null ? group(record.group_id) : byProject(record)

/** Tokens belong to a project or to a group. */
export const byTokenOwner: KeyOf<{ project_id: number | null; group: { group_id: number | null } | null }> = (
  record,
) => (record.project_id === null && record.group?.group_id ? group(record.group.group_id) : byProject(record))

/** Milestones belong to a project or to a group. */
export const byMilestoneOwner: KeyOf<{
  project_id: number | null
  object_attributes: { group_id: number | null }
}> = (record) =>
  record.project_id === null && record.object_attributes.group_id
    ? group(record.object_attributes.group_id)
    : byProject(record)

/** GitLab asks for the approval in a top-level group, which it calls the promotion namespace. */
export const byPromotion: KeyOf<{ promotion_namespace_id: number | null; user_id: number }> = (record) =>
  record.promotion_namespace_id === null ? byUser(record) : group(record.promotion_namespace_id)

export const byIngress: KeyOf<{ ingress: string }> = ({ ingress }) => `ingress:${ingress}`

const group = (id: number): string => `group:${id}`
