import type { RecordOf } from '../../../schemas/catalogue.ts'

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
