import { type Group, type Membership, type Project, pathOfProject } from '../company/world.ts'
import { type SimulatedHook, systemHook } from './hook.ts'
import { emailOf, visibilityOf } from './parts.ts'
import { secondsTime } from './times.ts'

export type MemberChange = 'add' | 'update' | 'remove'

const namesOf = {
  add: ['user_add_to_group', 'user_add_to_team'],
  update: ['user_update_for_group', 'user_update_for_team'],
  remove: ['user_remove_from_group', 'user_remove_from_team'],
} as const satisfies Record<MemberChange, readonly [group: string, project: string]>

/** A removal carries the old times of the membership, as GitLab sends them. */
const commonPart = ({ person, createdAt, updatedAt }: Membership) => ({
  created_at: secondsTime(createdAt),
  updated_at: secondsTime(updatedAt),
  user_id: person.id,
  user_name: person.name,
  user_username: person.username,
  user_email: emailOf(person),
})

export const groupMemberHook = (change: MemberChange, group: Group, member: Membership): SimulatedHook =>
  systemHook(namesOf[change][0], {
    ...commonPart(member),
    group_id: group.id,
    group_name: group.name,
    group_path: group.path,
    group_access: member.level,
    group_plan: null,
    expires_at: null,
  })

export const projectMemberHook = (
  change: MemberChange,
  project: Project,
  member: Membership,
): SimulatedHook =>
  systemHook(namesOf[change][1], {
    ...commonPart(member),
    access_level: member.level,
    project_id: project.id,
    project_name: project.name,
    project_path: project.path,
    project_path_with_namespace: pathOfProject(project),
    project_visibility: visibilityOf(project),
  })
