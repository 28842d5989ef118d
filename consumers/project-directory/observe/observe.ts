import type { RecordOf } from '../../../schemas/catalogue.ts'
import { observeGroup, observeProject, observeUser } from './lifecycle.ts'
import { observeGroupMember, observeProjectMember } from './members.ts'
import type { Observation } from './observation.ts'
import { observePush } from './pushes.ts'

/** The events that tell about projects, groups, users, their members, branches and tags. */
export const directoryEvents = [
  ...(['push', 'tag_push', 'repository_update'] as const),
  ...(['project_create', 'project_destroy', 'project_rename', 'project_transfer', 'project_update'] as const),
  ...(['group_create', 'group_destroy', 'group_rename', 'subgroup_create', 'subgroup_destroy'] as const),
  ...(['user_create', 'user_destroy', 'user_rename'] as const),
  ...(['user_add_to_group', 'user_update_for_group', 'user_remove_from_group'] as const),
  ...(['user_add_to_team', 'user_update_for_team', 'user_remove_from_team'] as const),
] as const
export type DirectoryRecord = RecordOf<(typeof directoryEvents)[number]>

/** What a record says. @param realm number of its realm */
export const observe = (record: DirectoryRecord, realm: number): Observation[] => {
  switch (record.eventType) {
    case 'push':
    case 'tag_push':
    case 'repository_update':
      return observePush(record, realm)
    case 'project_create':
    case 'project_destroy':
    case 'project_rename':
    case 'project_transfer':
    case 'project_update':
      return observeProject(record, realm)
    case 'group_create':
    case 'group_destroy':
    case 'group_rename':
    case 'subgroup_create':
    case 'subgroup_destroy':
      return observeGroup(record, realm)
    case 'user_create':
    case 'user_destroy':
    case 'user_rename':
      return observeUser(record, realm)
    case 'user_add_to_group':
    case 'user_update_for_group':
    case 'user_remove_from_group':
      return observeGroupMember(record, realm)
    case 'user_add_to_team':
    case 'user_update_for_team':
    case 'user_remove_from_team':
      return observeProjectMember(record, realm)
  }
}
