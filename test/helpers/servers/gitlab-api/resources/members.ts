import { z } from 'zod'
import { findGroup, findProject } from '../access.ts'
import { notFound } from '../reply.ts'
import { type Call, defineRoute, ok, type Route } from '../route.ts'
import type { GitlabState, StoredMember } from '../state.ts'
import { briefUser } from './users.ts'

type Source = StoredMember['source']

const memberEntity = (state: GitlabState, member: StoredMember, webUrl: string) => ({
  ...briefUser(state, member.user_id, webUrl),
  access_level: member.access_level,
  created_at: member.created_at,
  expires_at: member.expires_at,
  membership_state: 'active',
})

const idOf = (call: Pick<Call<object, object>, 'state' | 'caller' | 'path'>, source: Source): number => {
  const { state, caller, path } = call
  const find = source === 'groups' ? findGroup : findProject
  return find(state, caller, path.id ?? '').id
}

const directMembers = ({ members }: GitlabState, source: Source, id: number): StoredMember[] =>
  members.filter((each) => each.source === source && each.source_id === id)

/** With what is inherited from parent groups: of several memberships of a person the highest one. */
const allMembers = (state: GitlabState, source: Source, id: number): StoredMember[] => {
  const parent =
    source === 'groups'
      ? state.groups.find((each) => each.id === id)?.parent_id
      : state.projects.find((each) => each.id === id)?.group_id
  const inherited = parent == null ? [] : allMembers(state, 'groups', parent)
  const byUser = Map.groupBy([...directMembers(state, source, id), ...inherited], ({ user_id }) => user_id)
  return [...byUser.values()].flatMap((rows) =>
    rows.toSorted((a, b) => b.access_level - a.access_level).slice(0, 1),
  )
}

const listQuery = z.object({
  query: z.string().optional(),
  user_ids: z.array(z.string()).optional(),
})

// https://docs.gitlab.com/api/group_members/ and https://docs.gitlab.com/api/project_members/
const routesOf = (source: Source): Route[] => {
  const lists = { members: directMembers, 'members/all': allMembers }
  return Object.entries(lists).flatMap(([name, membersOf]) => [
    defineRoute({
      method: 'GET',
      path: `/${source}/:id/${name}`,
      scope: 'read_api',
      paging: 'offset',
      query: listQuery,
      answer: (call) =>
        ok(
          membersOf(call.state, source, idOf(call, source))
            .filter(({ user_id }) => call.query.user_ids?.includes(String(user_id)) ?? true)
            .map((member) => memberEntity(call.state, member, call.webUrl)),
        ),
    }),
    defineRoute({
      method: 'GET',
      path: `/${source}/:id/${name}/:user_id`,
      scope: 'read_api',
      answer: (call) => {
        const members = membersOf(call.state, source, idOf(call, source))
        const member = members.find(({ user_id }) => String(user_id) === call.path.user_id)
        if (member === undefined) throw notFound()
        return ok(memberEntity(call.state, member, call.webUrl))
      },
    }),
  ])
}

/** `members/all` comes first: otherwise `all` would be taken for the id of a user. */
export const memberRoutes: readonly Route[] = [...routesOf('groups'), ...routesOf('projects')].toSorted(
  (a, b) => Number(b.path.includes('/all')) - Number(a.path.includes('/all')),
)
