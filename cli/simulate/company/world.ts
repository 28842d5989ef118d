import type { Random } from '../random.ts'

export interface Person {
  id: number
  name: string
  username: string
  createdAt: number
}

export interface Group {
  id: number
  name: string
  path: string
  parent: Group | null
  createdAt: number
  updatedAt: number
  members: Map<number, Membership>
}

/** A direct member of a group or project. Times are milliseconds since 1970, here and below. */
export interface Membership {
  person: Person
  level: AccessLevel
  createdAt: number
  updatedAt: number
}

/** GitLab's words for the roles that are used here, the lowest first. */
export const accessLevels = ['Reporter', 'Developer', 'Maintainer', 'Owner'] as const
export type AccessLevel = (typeof accessLevels)[number]

export interface Project {
  id: number
  name: string
  path: string
  group: Group
  /** 0: private, 10: internal, 20: public. */
  visibilityLevel: 0 | 10 | 20
  createdAt: number
  updatedAt: number
  members: Map<number, Membership>
  /** Branch → its newest commit. */
  branches: Map<string, Commit>
  /** Those that are open or closed. What is merged is forgotten, so that an endless story needs no memory. */
  mergeRequests: MergeRequest[]
  /** Those that are not finished. */
  pipelines: Pipeline[]
  /** How many of each there were. */
  counts: { tags: number; mergeRequests: number; pipelines: number }
}

export interface Commit {
  sha: string
  message: string
  at: number
  author: Person
  added: string[]
  modified: string[]
}

export interface MergeRequest {
  id: number
  iid: number
  project: Project
  title: string
  branch: string
  author: Person
  reviewer: Person
  state: 'opened' | 'merged' | 'closed'
  draft: boolean
  approvedBy: Person | null
  head: Commit
  mergeCommit: string | null
  createdAt: number
  updatedAt: number
  discussions: Discussion[]
}

export interface Discussion {
  id: string
  openedBy: Person
  replies: number
}

export interface Pipeline {
  id: number
  iid: number
  project: Project
  ref: string
  commit: Commit
  person: Person
  mergeRequest: MergeRequest | null
  status: 'pending' | 'running' | 'success' | 'failed'
  createdAt: number
  startedAt: number | null
  finishedAt: number | null
  jobIds: [build: number, test: number]
}

/** The company at one moment of the story. */
export interface World {
  random: Random
  /** The time of the story. */
  now: number
  people: Person[]
  groups: Group[]
  projects: Project[]
  /** Every call gives the next id of its kind. */
  nextId(kind: 'user' | 'group' | 'project' | 'mergeRequest' | 'note' | 'pipeline' | 'job'): number
}

export const pathOfGroup = ({ parent, path }: Group): string =>
  parent === null ? path : `${pathOfGroup(parent)}/${path}`

export const pathOfProject = ({ group, path }: Project): string => `${pathOfGroup(group)}/${path}`
