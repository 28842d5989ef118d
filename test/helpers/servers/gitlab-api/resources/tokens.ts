import { defineRoute, ok, type Route } from '../route.ts'

// https://docs.gitlab.com/api/personal_access_tokens/#self-inform
export const tokenRoutes: readonly Route[] = [
  defineRoute({
    method: 'GET',
    path: '/personal_access_tokens/self',
    scope: 'any',
    answer: ({ caller: { token } }) =>
      ok({
        id: token.id,
        name: token.name,
        revoked: token.revoked,
        created_at: '2026-01-05T09:00:00.000Z',
        description: null,
        scopes: token.scopes,
        user_id: token.user_id,
        last_used_at: '2026-11-02T09:00:00.000Z',
        active: true,
        expires_at: token.expires_at,
      }),
  }),
]
