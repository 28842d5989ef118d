import type { DirectoryRecord } from './directory-events.ts'
import { observeGroup, observeProject, observeUser } from './lifecycle.ts'
import { observeGroupMember, observeProjectMember } from './members.ts'
import type { Observation } from './observation.ts'
import { observePush } from './pushes.ts'

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
