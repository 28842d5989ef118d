import { instance } from '../company/names.ts'
import { type Commit, type Person, type Project, pathOfProject } from '../company/world.ts'
import { commitTime } from './times.ts'

export const noSha = '0'.repeat(40)

export const webUrlOf = (project: Project): string => `${instance}/${pathOfProject(project)}`

/** A project, with the old names that most events still carry. */
export const projectPart = (project: Project) => {
  const [web_url, path] = [webUrlOf(project), pathOfProject(project)]
  const git_ssh_url = `git@gitlab.havblikk.example:${path}.git`
  const git_http_url = `${web_url}.git`
  const old = { homepage: web_url, url: git_ssh_url, ssh_url: git_ssh_url, http_url: git_http_url }
  return { ...briefProjectPart(project), ...old }
}

/** A project as the events of pipelines and jobs have it. */
export const briefProjectPart = (project: Project) => ({
  id: project.id,
  name: project.name,
  description: null,
  web_url: webUrlOf(project),
  avatar_url: null,
  git_ssh_url: `git@gitlab.havblikk.example:${pathOfProject(project)}.git`,
  git_http_url: `${webUrlOf(project)}.git`,
  namespace: project.group.name,
  visibility_level: project.visibilityLevel,
  path_with_namespace: pathOfProject(project),
  default_branch: 'main',
  ci_config_path: null,
})

export const repositoryPart = (project: Project) => ({
  name: project.name,
  url: `git@gitlab.havblikk.example:${pathOfProject(project)}.git`,
  description: null,
  homepage: webUrlOf(project),
})

/** The repository in pushes and jobs. */
export const fullRepositoryPart = (project: Project) => ({
  ...repositoryPart(project),
  git_http_url: `${webUrlOf(project)}.git`,
  git_ssh_url: `git@gitlab.havblikk.example:${pathOfProject(project)}.git`,
  visibility_level: project.visibilityLevel,
})

const avatarOf = ({ id }: Person): string => `${instance}/uploads/-/system/user/avatar/${id}/avatar.png`

export const emailOf = ({ username }: Person): string => `${username}@havblikk.example`

export const userPart = (person: Person) => ({
  id: person.id,
  name: person.name,
  username: person.username,
  avatar_url: avatarOf(person),
  email: '[REDACTED]',
})

/** The person in pushes. */
export const pusherPart = (person: Person) => ({
  user_id: person.id,
  user_name: person.name,
  user_username: person.username,
  user_email: emailOf(person),
  user_avatar: avatarOf(person),
})

export const commitPart = (project: Project, { sha, message, at, author }: Commit) => ({
  id: sha,
  message,
  title: message.split('\n')[0],
  timestamp: commitTime(at),
  url: `${webUrlOf(project)}/-/commit/${sha}`,
  author: { name: author.name, email: emailOf(author) },
})

const visibilities = { 0: 'private', 10: 'internal', 20: 'public' } as const

export const visibilityOf = ({ visibilityLevel }: Project) => visibilities[visibilityLevel]

/** The owners that lifecycle events of a project name. */
export const ownersPart = ({ group }: Project) => {
  const owners = [...group.members.values()].filter(({ level }) => level === 'Owner')
  return owners.map(({ person }) => ({ name: person.name, email: emailOf(person) }))
}
