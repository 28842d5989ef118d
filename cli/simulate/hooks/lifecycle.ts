import { type Group, type Person, type Project, pathOfGroup, pathOfProject } from '../company/world.ts'
import { type SimulatedHook, systemHook } from './hook.ts'
import { emailOf, ownersPart, visibilityOf } from './parts.ts'
import { secondsTime } from './times.ts'

const timesOf = ({ createdAt, updatedAt }: { createdAt: number; updatedAt: number }) => ({
  created_at: secondsTime(createdAt),
  updated_at: secondsTime(updatedAt),
})

/** @param oldPath the full path before a rename or transfer */
export const projectHook = (
  event: 'project_create' | 'project_rename' | 'project_transfer' | 'project_destroy',
  project: Project,
  oldPath?: string,
): SimulatedHook =>
  systemHook(event, {
    ...timesOf(project),
    name: project.name,
    path: project.path,
    path_with_namespace: pathOfProject(project),
    project_id: project.id,
    project_namespace_id: project.group.id,
    owners: ownersPart(project),
    owner_name: project.group.name,
    owner_email: '',
    project_visibility: visibilityOf(project),
    ...(oldPath !== undefined && { old_path_with_namespace: oldPath }),
  })

export const groupCreateHook = (group: Group): SimulatedHook => systemHook('group_create', groupPart(group))

export const groupRenameHook = (group: Group, old: { path: string; fullPath: string }): SimulatedHook =>
  systemHook('group_rename', { ...groupPart(group), old_path: old.path, old_full_path: old.fullPath })

const groupPart = (group: Group) => ({
  ...timesOf(group),
  name: group.name,
  path: group.path,
  full_path: pathOfGroup(group),
  group_id: group.id,
})

export const userCreateHook = (person: Person): SimulatedHook =>
  systemHook('user_create', {
    ...timesOf({ createdAt: person.createdAt, updatedAt: person.createdAt }),
    name: person.name,
    email: emailOf(person),
    user_id: person.id,
    username: person.username,
  })
