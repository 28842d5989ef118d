/** GitLab's levels of access: https://docs.gitlab.com/api/access_requests/#valid-access-levels */
export const level = {
  guest: 10,
  planner: 15,
  reporter: 20,
  developer: 30,
  maintainer: 40,
  owner: 50,
} as const

export type Visibility = 'private' | 'internal' | 'public'

export interface StoredUser {
  id: number
  username: string
  name: string
  email: string
  state: 'active' | 'blocked' | 'deactivated'
  bot: boolean
  is_admin: boolean
  identities: { provider: string; extern_uid: string }[]
  created_at: string
}

export interface StoredToken {
  id: number
  token: string
  name: string
  user_id: number
  scopes: string[]
  /** A date; null: never. */
  expires_at: string | null
  revoked: boolean
}

export interface StoredGroup {
  id: number
  parent_id: number | null
  name: string
  path: string
  visibility: Visibility
  ldap_group_links: { cn: string | null; filter: string | null; group_access: number; provider: string }[]
}

export interface StoredProject {
  id: number
  group_id: number
  name: string
  path: string
  /** Full paths that it had before. GitLab redirects them. */
  old_paths: string[]
  visibility: Visibility
  default_branch: string | null
  archived: boolean
  created_at: string
  updated_at: string
}

/** A direct member of a group or project. */
export interface StoredMember {
  source: 'groups' | 'projects'
  source_id: number
  user_id: number
  access_level: number
  created_at: string
  expires_at: string | null
}

export interface StoredRef {
  project_id: number
  kind: 'branches' | 'tags'
  name: string
  sha: string
  committed_date: string
  protected: boolean
  message: string
}

/** A merge request or an issue. */
export interface StoredNoteable {
  kind: 'merge_requests' | 'issues'
  id: number
  iid: number
  project_id: number
  title: string
  description: string | null
  state: 'opened' | 'closed' | 'merged'
  draft: boolean
  author_id: number
  assignee_ids: number[]
  reviewer_ids: number[]
  labels: string[]
  source_branch: string
  target_branch: string
  /** Of a merge request, newest first. */
  commits: { id: string; title: string; message: string }[]
  /** Null until GitLab has computed the changes of a merge request. */
  prepared_at: string | null
  changed_paths: { old_path: string; new_path: string }[]
  created_at: string
  updated_at: string
}

export interface StoredNote {
  id: number
  noteable_id: number
  noteable_kind: StoredNoteable['kind']
  project_id: number
  discussion_id: string
  author_id: number
  body: string
  system: boolean
  internal: boolean
  created_at: string
  updated_at: string
}

export interface StoredEmoji {
  id: number
  name: string
  user_id: number
  /** Of a merge request or issue, or of a note. */
  awardable: { kind: StoredNoteable['kind'] | 'notes'; id: number }
  created_at: string
  updated_at: string
}

export interface StoredKey {
  id: number
  user_id: number
  title: string
  key: string
  created_at: string
}

/** Everything that the double knows. Tests read and change it between requests. */
export interface GitlabState {
  users: StoredUser[]
  tokens: StoredToken[]
  groups: StoredGroup[]
  projects: StoredProject[]
  members: StoredMember[]
  refs: StoredRef[]
  noteables: StoredNoteable[]
  notes: StoredNote[]
  emoji: StoredEmoji[]
  keys: StoredKey[]
}

export const emptyState = (): GitlabState => ({
  users: [],
  tokens: [],
  groups: [],
  projects: [],
  members: [],
  refs: [],
  noteables: [],
  notes: [],
  emoji: [],
  keys: [],
})

/** The full path of a group, with those of its parents. */
export const groupPath = (state: GitlabState, { parent_id, path }: StoredGroup): string => {
  const parent = state.groups.find(({ id }) => id === parent_id)
  return parent === undefined ? path : `${groupPath(state, parent)}/${path}`
}

/** The full path of a project. */
export const projectPath = (state: GitlabState, { group_id, path }: StoredProject): string => {
  const group = state.groups.find(({ id }) => id === group_id)
  return group === undefined ? path : `${groupPath(state, group)}/${path}`
}
