import type { Commit, Person, Project } from '../company/world.ts'
import { type SimulatedHook, systemHook, webhook } from './hook.ts'
import { commitPart, fullRepositoryPart, noSha, projectPart, pusherPart } from './parts.ts'

/** One ref that a git push moves. `null` stands for a ref that did not exist, or does not any more. */
export interface MovedRef {
  /** `refs/heads/main`. */
  ref: string
  before: string | null
  after: string | null
  /** Oldest first. */
  commits: readonly Commit[]
  /** Of an annotated tag. */
  message?: string
}

/** GitLab's limit: a push of more branches or of more tags sends no push hook at all. */
const maxRefs = 3

/**
 * The hooks of one git push: a push hook for each ref, unless there are too many, and one
 * `repository_update` by system hook.
 */
export const pushHooks = (project: Project, person: Person, refs: readonly MovedRef[]): SimulatedHook[] => {
  const pushes = refs.length > maxRefs ? [] : refs.map((moved) => pushHook(project, person, moved))
  const { user_username: _, ...pusher } = pusherPart(person)
  const update = systemHook('repository_update', {
    ...pusher,
    project_id: project.id,
    project: projectPart(project),
    changes: refs.map(({ ref, before, after }) => ({ before: before ?? noSha, after: after ?? noSha, ref })),
    refs: refs.map(({ ref }) => ref),
  })
  return [...pushes, update]
}

/** GitLab names the newest commits, and says how many there are in all. */
const maxCommits = 20

const pushHook = (project: Project, person: Person, moved: MovedRef): SimulatedHook => {
  const isTag = moved.ref.startsWith('refs/tags/')
  const kind = isTag ? 'tag_push' : 'push'
  return webhook(isTag ? 'Tag Push' : 'Push', {
    object_kind: kind,
    event_name: kind,
    before: moved.before ?? noSha,
    after: moved.after ?? noSha,
    ref: moved.ref,
    ref_protected: isTag || moved.ref === 'refs/heads/main',
    checkout_sha: moved.after,
    message: moved.message ?? null,
    ...pusherPart(person),
    project_id: project.id,
    project: projectPart(project),
    commits: moved.commits.slice(-maxCommits).map((commit) => ({
      ...commitPart(project, commit),
      added: commit.added,
      modified: commit.modified,
      removed: [],
    })),
    total_commits_count: moved.commits.length,
    push_options: {},
    repository: fullRepositoryPart(project),
  })
}
