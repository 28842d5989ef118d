import type { IncomingHttpHeaders } from 'node:http'
import { forbidden, insufficientScope, invalidToken, notFound, unauthorized } from './reply.ts'
import {
  type GitlabState,
  groupPath,
  level,
  projectPath,
  type StoredGroup,
  type StoredProject,
  type StoredToken,
  type StoredUser,
  type Visibility,
} from './state.ts'

/** Who sends a request. */
export interface Caller {
  user: StoredUser
  token: StoredToken
}

/** `any`: what a token may ask about itself. */
export type NeededScope = 'any' | 'read_api' | 'api'

/** @throws Refusal as GitLab refuses a missing, wrong, expired or revoked token, or one without the scope */
export const authenticate = (
  state: GitlabState,
  headers: IncomingHttpHeaders,
  scope: NeededScope,
): Caller => {
  const bearer = /^Bearer (.+)$/.exec(headers.authorization ?? '')?.[1]
  const given = headers['private-token'] ?? bearer
  const token = state.tokens.find((each) => each.token === given)
  if (token === undefined) throw unauthorized()
  if (token.revoked) throw invalidToken('revoked')
  if (token.expires_at !== null && Date.parse(token.expires_at) <= Date.now()) throw invalidToken('expired')
  const user = state.users.find(({ id }) => id === token.user_id)
  if (user === undefined) throw unauthorized()
  if (user.state === 'blocked') throw forbidden('Your account has been blocked.')
  const allowed = scope === 'read_api' ? ['api', 'read_api'] : ['api']
  if (scope !== 'any' && !token.scopes.some((each) => allowed.includes(each)))
    throw insufficientScope(allowed)
  return { user, token }
}

/** The project with this id or full path. @throws Refusal: 404 also where the caller may not see it */
export const findProject = (state: GitlabState, { user }: Caller, id: string): StoredProject => {
  const project = state.projects.find((each) => String(each.id) === id || projectPath(state, each) === id)
  if (project === undefined || !isVisible(project.visibility, levelIn(state, user, project)))
    throw notFound('Project')
  return project
}

/** The group with this id or full path. @throws Refusal: 404 also where the caller may not see it */
export const findGroup = (state: GitlabState, { user }: Caller, id: string): StoredGroup => {
  const group = state.groups.find((each) => String(each.id) === id || groupPath(state, each) === id)
  if (group === undefined || !isVisible(group.visibility, levelInGroup(state, user, group)))
    throw notFound('Group')
  return group
}

/** Whether a user with this level of access sees an object. All callers are signed in. */
export const isVisible = (visibility: Visibility, access: number): boolean =>
  visibility !== 'private' || access >= level.guest

const admin = 60

const directLevel = (state: GitlabState, user: StoredUser, source: string, id: number): number =>
  Math.max(
    0,
    ...state.members
      .filter((each) => each.source === source && each.source_id === id && each.user_id === user.id)
      .map(({ access_level }) => access_level),
  )

/** The level of access to a group, with what is inherited from its parents. */
export const levelInGroup = (state: GitlabState, user: StoredUser, group: StoredGroup): number => {
  if (user.is_admin) return admin
  const parent = state.groups.find(({ id }) => id === group.parent_id)
  const inherited = parent === undefined ? 0 : levelInGroup(state, user, parent)
  return Math.max(inherited, directLevel(state, user, 'groups', group.id))
}

/** The level of access to a project, with what is inherited from its groups. */
export const levelIn = (state: GitlabState, user: StoredUser, project: StoredProject): number => {
  if (user.is_admin) return admin
  const group = state.groups.find(({ id }) => id === project.group_id)
  const inherited = group === undefined ? 0 : levelInGroup(state, user, group)
  return Math.max(inherited, directLevel(state, user, 'projects', project.id))
}

/** @throws Refusal: 403 where the caller sees the project, but its role is too low */
export const demandLevel = (state: GitlabState, { user }: Caller, project: StoredProject, least: number) => {
  if (levelIn(state, user, project) < least) throw forbidden()
}

/** The least role that reads the repository: everybody's, unless the project is private. */
export const repositoryLevel = ({ visibility }: StoredProject): number =>
  visibility === 'private' ? level.reporter : 0
