import { z } from 'zod'
import { forbidden, notFound } from '../reply.ts'
import { boolean, defineRoute, ok, type Route } from '../route.ts'
import type { GitlabState, StoredUser } from '../state.ts'

/** A user as it is part of other answers. */
export const briefUser = (state: GitlabState, id: number, webUrl: string) => {
  const user = state.users.find((each) => each.id === id)
  if (user === undefined) return null
  return {
    id: user.id,
    username: user.username,
    public_email: null,
    name: user.name,
    state: user.state,
    locked: false,
    avatar_url: null,
    web_url: `${webUrl}/${user.username}`,
  }
}

/** A user as GitLab shows it; e-mail addresses and identities are for administrators only. */
const fullUser = (state: GitlabState, user: StoredUser, isAdmin: boolean, webUrl: string) => ({
  ...briefUser(state, user.id, webUrl),
  created_at: user.created_at,
  bot: user.bot,
  ...(isAdmin && { email: user.email, is_admin: user.is_admin, identities: user.identities }),
})

/** GitLab compares names without regard to case. */
const isCalled = (username: string, wanted: string | undefined) =>
  wanted === undefined || username.toLowerCase() === wanted.toLowerCase()

// https://docs.gitlab.com/api/users/
export const userRoutes: readonly Route[] = [
  defineRoute({
    method: 'GET',
    path: '/user',
    scope: 'read_api',
    answer: ({ state, caller: { user }, webUrl }) =>
      ok({ ...fullUser(state, user, false, webUrl), email: user.email }),
  }),
  defineRoute({
    method: 'GET',
    path: '/users',
    scope: 'read_api',
    paging: { keyset: ['id', 'name', 'username'] },
    query: z.object({
      username: z.string().optional(),
      search: z.string().optional(),
      active: boolean().optional(),
      blocked: boolean().optional(),
      humans: boolean().optional(),
      exclude_internal: boolean().optional(),
      order_by: z.enum(['id', 'name', 'username', 'created_at', 'updated_at']).optional(),
      sort: z.enum(['asc', 'desc']).optional(),
    }),
    answer: ({ state, caller, query, webUrl }) =>
      ok(
        state.users
          .filter(({ username }) => isCalled(username, query.username))
          .filter(({ name, username }) => `${name} ${username}`.includes(query.search ?? ''))
          .filter((user) => query.active !== true || user.state === 'active')
          .filter((user) => query.blocked !== true || user.state === 'blocked')
          .filter(({ bot }) => query.humans !== true || !bot)
          .toSorted((a, b) => b.id - a.id)
          .map((user) => fullUser(state, user, caller.user.is_admin, webUrl)),
      ),
  }),
  defineRoute({
    method: 'GET',
    path: '/users/:id',
    scope: 'read_api',
    answer: ({ state, caller, path, webUrl }) => {
      const user = state.users.find(({ id }) => String(id) === path.id)
      if (user === undefined) throw notFound('User')
      return ok(fullUser(state, user, caller.user.is_admin, webUrl))
    },
  }),
  defineRoute({
    method: 'GET',
    path: '/users/:id/keys',
    scope: 'read_api',
    paging: 'offset',
    answer: ({ state, caller, path }) => {
      if (!state.users.some(({ id }) => String(id) === path.id)) throw notFound('User')
      if (caller.user.state !== 'active') throw forbidden()
      return ok(
        state.keys
          .filter(({ user_id }) => String(user_id) === path.id)
          .map(({ user_id: _, ...key }) => ({ ...key, expires_at: null, usage_type: 'auth_and_signing' })),
      )
    },
  }),
]
