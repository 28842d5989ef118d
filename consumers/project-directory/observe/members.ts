import type { RecordOf } from '../../../schemas/catalogue.ts'
import type { Holder } from '../model/holder.ts'
import type { MemberReport } from '../model/membership.ts'
import type { Observation } from './observation.ts'
import { seenFact } from './path-facts.ts'

type GroupMemberEvent = 'user_add_to_group' | 'user_update_for_group' | 'user_remove_from_group'
type ProjectMemberEvent = 'user_add_to_team' | 'user_update_for_team' | 'user_remove_from_team'

const verbs = {
  user_add_to_group: 'added',
  user_update_for_group: 'updated',
  user_remove_from_group: 'removed',
  user_add_to_team: 'added',
  user_update_for_team: 'updated',
  user_remove_from_team: 'removed',
} as const satisfies Record<GroupMemberEvent | ProjectMemberEvent, MemberReport['verb']>

type MemberRecord = RecordOf<GroupMemberEvent | ProjectMemberEvent>

/** These events name only the last part of the path of the group, so its path is not taken from them. */
export const observeGroupMember = (record: RecordOf<GroupMemberEvent>, realm: number): Observation[] => {
  const container: Holder = { realm, kind: 'group', id: record.group_id }
  const fact = seenFact(record.delivery.received_at, { name: record.group_name })
  const access = record.group_access_other ?? record.group_access
  return [{ about: 'path', holder: container, fact }, ...memberOf(record, container, access)]
}

export const observeProjectMember = (record: RecordOf<ProjectMemberEvent>, realm: number): Observation[] => {
  const container: Holder = { realm, kind: 'project', id: record.project_id }
  const fact = seenFact(record.delivery.received_at, {
    path: record.project_path_with_namespace,
    name: record.project_name,
    visibility: record.project_visibility,
  })
  const access = record.access_level_other ?? record.access_level
  return [{ about: 'path', holder: container, fact }, ...memberOf(record, container, access)]
}

const memberOf = (record: MemberRecord, container: Holder, access: string | null): Observation[] => {
  const { received_at: receivedAt } = record.delivery
  const createdAt = record.created_at ?? 0
  const user: Holder = { realm: container.realm, kind: 'user', id: record.user_id }
  const fact = seenFact(receivedAt, { path: record.user_username, name: record.user_name })
  return [
    { about: 'path', holder: user, fact },
    {
      about: 'member',
      report: {
        container,
        userId: record.user_id,
        verb: verbs[record.eventType],
        access,
        createdAt,
        updatedAt: record.updated_at ?? createdAt,
        receivedAt,
      },
    },
  ]
}
