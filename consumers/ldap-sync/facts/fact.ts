/** The group or project of GitLab that has members. */
export type ContainerKind = 'group' | 'project'

/** A group or project of one GitLab. `instance` is its URL, or empty where an old GitLab names none. */
export interface ContainerId {
  instance: string
  kind: ContainerKind
  id: number
}

/** What one event says. Times are in milliseconds since 1970, by the clock of GitLab. */
export type Fact = MembershipFact | ContainerFact | RenameFact | PersonFact | KeyFact

export interface MembershipFact {
  type: 'membership'
  container: ContainerId
  /** Last segment of the path of a group, and the full path of a project. */
  path: string | null
  userId: number
  username: string | null
  email: string | null
  createdAt: number
  updatedAt: number
  /** Events of one time take effect in this order. */
  step: MembershipStep
  access: string
  expiresAt: number | null
}

/** 0 added, 1 updated, 2 removed. */
export type MembershipStep = 0 | 1 | 2

export interface ContainerFact {
  type: 'container'
  container: ContainerId
  fullPath: string | null
  at: number
  state: ContainerState
}

export type ContainerState = 'active' | 'deletion_scheduled' | 'destroyed'

/** Everything below the old path is now below the new one. GitLab sends nothing about what is inside. */
export interface RenameFact {
  type: 'rename'
  instance: string
  oldPath: string
  newPath: string
  at: number
}

export interface PersonFact {
  type: 'person'
  instance: string
  userId: number
  username: string | null
  email: string | null
  at: number
  life: 'exists' | 'destroyed'
}

export interface KeyFact {
  type: 'key'
  instance: string
  keyId: number
  username: string
  key: string
  life: 'exists' | 'destroyed'
}
