import type { GitlabApiDouble } from './start-gitlab-api.ts'
import {
  type GitlabState,
  level,
  type StoredGroup,
  type StoredMember,
  type StoredNoteable,
  type StoredProject,
  type StoredRef,
  type StoredToken,
  type StoredUser,
} from './state.ts'

const created = '2026-01-05T09:00:00.000Z'

/** Adds things to the double. Each takes what matters to the test; the rest is filled in. */
export interface Seed {
  user(user: { id: number; username: string } & Partial<StoredUser>): StoredUser
  token(token: { token: string; user_id: number } & Partial<StoredToken>): StoredToken
  group(group: { id: number; path: string } & Partial<StoredGroup>): StoredGroup
  project(project: { id: number; group_id: number; path: string } & Partial<StoredProject>): StoredProject
  member(member: Pick<StoredMember, 'source' | 'source_id' | 'user_id'> & Partial<StoredMember>): StoredMember
  ref(ref: Pick<StoredRef, 'project_id' | 'kind' | 'name'> & Partial<StoredRef>): StoredRef
  noteable(
    noteable: Pick<StoredNoteable, 'kind' | 'id' | 'iid' | 'project_id' | 'author_id'> &
      Partial<StoredNoteable>,
  ): StoredNoteable
}

export const seedOf = ({ state }: Pick<GitlabApiDouble, 'state'>): Seed => ({
  user: (user) =>
    add(state.users, {
      name: user.username,
      email: `${user.username}@nordlicht.example`,
      state: 'active',
      bot: false,
      is_admin: false,
      identities: [],
      created_at: created,
      ...user,
    }),
  token: (token) =>
    add(state.tokens, {
      id: state.tokens.length + 1,
      name: 'bridge',
      scopes: ['read_api'],
      expires_at: inDays(300),
      revoked: false,
      ...token,
    }),
  group: (group) =>
    add(state.groups, {
      parent_id: null,
      name: group.path,
      visibility: 'private',
      ldap_group_links: [],
      ...group,
    }),
  project: (project) =>
    add(state.projects, {
      name: project.path,
      old_paths: [],
      visibility: 'private',
      default_branch: 'main',
      archived: false,
      created_at: created,
      updated_at: created,
      ...project,
    }),
  member: (member) =>
    add(state.members, { access_level: level.developer, created_at: created, expires_at: null, ...member }),
  ref: (ref) =>
    add(state.refs, {
      sha: 'c0ffee00'.repeat(5),
      committed_date: created,
      protected: false,
      message: 'Change it\n',
      ...ref,
    }),
  noteable: (noteable) =>
    add(state.noteables, {
      title: 'A change',
      description: null,
      state: 'opened',
      draft: false,
      assignee_ids: [],
      reviewer_ids: [],
      labels: [],
      source_branch: 'topic',
      target_branch: 'main',
      commits: [],
      prepared_at: created,
      changed_paths: [],
      created_at: created,
      updated_at: created,
      ...noteable,
    }),
})

const add = <T>(list: T[], item: T): T => {
  list.push(item)
  return item
}

/** A date so many days from today, as `expires_at` of a token. */
export const inDays = (days: number): string =>
  new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10)

/** The token of the bot of `seedBot`. */
export const botToken = 'glpat-bot-0123456789abcdef'

/**
 * A group `nordlicht` with the private project `nordlicht/lantern` (46), and a bot that is its reporter and
 * has `botToken`.
 */
export const seedBot = (double: Pick<GitlabApiDouble, 'state'>, scopes = ['read_api']): GitlabState => {
  const seed = seedOf(double)
  seed.user({ id: 7, username: 'bridge-bot', bot: true })
  seed.token({ token: botToken, user_id: 7, scopes })
  seed.group({ id: 3, path: 'nordlicht' })
  seed.project({ id: 46, group_id: 3, path: 'lantern' })
  seed.member({ source: 'groups', source_id: 3, user_id: 7, access_level: level.reporter })
  return double.state
}

/**
 * The bot of `seedBot`, which may write here, and the merge request `nordlicht/signal!73` of the samples: its
 * author is `mwrona`, and it changes `lamps/red.ts`.
 */
export const seedMergeRequest = (double: Pick<GitlabApiDouble, 'state'>) => {
  const [seed, state] = [seedOf(double), seedBot(double, ['api'])]
  const people = { mwrona: 9, hsato: 12, lberg: 13, akovac: 14 }
  for (const [username, id] of Object.entries(people)) {
    seed.user({ id, username })
    seed.member({ source: 'groups', source_id: 3, user_id: id })
  }
  seed.project({ id: 15, group_id: 3, path: 'signal' })
  const mergeRequest = seed.noteable({
    ...{ kind: 'merge_requests', id: 5120, iid: 73, project_id: 15, author_id: people.mwrona },
    changed_paths: [{ old_path: 'lamps/red.ts', new_path: 'lamps/red.ts' }],
  })
  const addNote = (author: keyof typeof people, body: string): void => {
    state.notes.push({
      ...{ id: state.notes.length + 1, noteable_id: 5120, noteable_kind: 'merge_requests', project_id: 15 },
      ...{ discussion_id: `${state.notes.length}`, author_id: people[author], body },
      ...{ system: false, internal: false, created_at: created, updated_at: created },
    })
  }
  /** The notes that the bot has written. */
  const botNotes = () => state.notes.filter(({ author_id }) => author_id === 7).map(({ body }) => body)
  return { mergeRequest, addNote, botNotes }
}
