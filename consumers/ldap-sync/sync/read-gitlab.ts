import { z } from 'zod'
import { query } from '../../../lib/database.ts'
import { apiPath } from '../../gitlab-api/api-path.ts'
import { gitlabFailureOf } from '../../gitlab-api/failure.ts'
import type { GitlabApi } from '../../gitlab-api/gitlab-api.ts'
import { accessOfNumber } from '../mapping/access.ts'
import type { Rule } from '../mapping/mapping.ts'
import type { SyncContext } from './sync-context.ts'

/**
 * Reads from GitLab's API what hooks do not say: members, blocked users, and which groups GitLab itself fills
 * from LDAP. Without a token nothing is read. What cannot be read stays as it is.
 *
 * @throws GitlabRetriableError
 */
export const readGitlab = async (context: SyncContext): Promise<void> => {
  for (const api of context.gitlab.all())
    for (const rule of context.mapping.mirror) await readRule(context, api, rule)
}

const container = z.object({ id: z.int(), full_path: z.string().optional() })

const member = z.object({
  id: z.int(),
  username: z.string(),
  state: z.string(),
  access_level: z.int(),
  created_at: z.iso.datetime({ offset: true }).optional(),
  expires_at: z.string().nullable(),
})

type Member = z.output<typeof member>

const readRule = async (context: SyncContext, api: GitlabApi, rule: Rule): Promise<void> => {
  const { logger, pool } = context
  try {
    const path = rule.kind === 'group' ? apiPath`/groups/${rule.path}` : apiPath`/projects/${rule.path}`
    const { id } = await api.call({ path, read: container, patience: 'background' })
    const key = [api.instance, rule.kind, id] as const
    await query(
      pool,
      `insert into ldap_sync.containers as known (instance, kind, container_id, full_path, path_at)
       values ($1, $2, $3, $4, now())
       on conflict (instance, kind, container_id) do update
         set full_path = coalesce(known.full_path, excluded.full_path)`,
      [...key, rule.path],
    )
    if (rule.kind === 'group') await readLinks(context, api, id)
    const listPath = rule.kind === 'group' ? apiPath`/groups/${id}/members` : apiPath`/projects/${id}/members`
    const before = new Date(context.now() - clockDifferenceMs)
    const members: Member[] = []
    const pages = { path: listPath, read: member, paging: { by: 'page' }, patience: 'background' } as const
    for await (const page of api.pages(pages)) members.push(...page)
    await storeMembers(context, key, members, before)
  } catch (error) {
    // A group that the bot may not see, or that is gone, says nothing about its members.
    const kind = gitlabFailureOf(error)?.kind
    if (kind !== 'not_found' && kind !== 'forbidden') throw error
    logger.warn(
      'a group or project cannot be read from the API of GitLab, so that only hooks tell about it',
      {
        path: rule.path,
        reason: kind,
      },
    )
  }
}

const readLinks = async ({ pool, logger }: SyncContext, api: GitlabApi, id: number): Promise<void> => {
  const path = apiPath`/groups/${id}/ldap_group_links`
  const read = z.array(z.object({ provider: z.string() }))
  const links = await api.call({ path, read, patience: 'background' }).catch((error: unknown) => {
    const kind = gitlabFailureOf(error)?.kind
    // GitLab Free has no such links, and answers 404.
    if (kind === 'not_found') return []
    if (kind !== 'forbidden') throw error
    logger.warn('the token may not read whether GitLab fills a group from LDAP, so that it is left alone', {
      id,
    })
    return [{ provider: 'unknown' }]
  })
  await query(
    pool,
    `update ldap_sync.containers set filled_from_ldap = $3
      where instance = $1 and kind = 'group' and container_id = $2`,
    [api.instance, id, links.length > 0],
  )
}

/** By how much the clocks of GitLab and of this machine may differ. */
const clockDifferenceMs = 120_000

/**
 * Who is listed is a member. Who is not listed is one no more, if the membership is older than the list: an
 * event that comes later tells something newer. A list without anybody proves nothing: it is not believed.
 */
const storeMembers = async (
  { pool, logger }: SyncContext,
  [instance, kind, id]: readonly [string, string, number],
  members: readonly Member[],
  before: Date,
): Promise<void> => {
  if (members.length === 0) {
    logger.warn('GitLab lists no member of a group or project, so that only hooks tell about it', {
      kind,
      id,
    })
    return
  }
  for (const { id: userId, username, state, access_level, created_at, expires_at } of members) {
    const access = accessOfNumber(access_level) ?? 'no_access'
    await query(
      pool,
      `insert into ldap_sync.memberships as known
         (instance, kind, container_id, user_id, created_at, updated_at, step, access, height, expires_at)
       values ($1, $2, $3, $4, $5, $5, 1, $6, 0, $7)
       on conflict (instance, kind, container_id, user_id) do update
         set access = excluded.access, expires_at = excluded.expires_at, step = 1, unlisted = false,
             created_at = excluded.created_at, updated_at = greatest(known.updated_at, excluded.updated_at)
         where known.step < 2 or known.unlisted or excluded.created_at > known.created_at`,
      [instance, kind, id, userId, created_at ?? new Date(0).toISOString(), access, expires_at],
    )
    await query(
      pool,
      `insert into ldap_sync.people as known (instance, user_id, username, blocked) values ($1, $2, $3, $4)
       on conflict (instance, user_id) do update
         set username = excluded.username, blocked = excluded.blocked`,
      [instance, userId, username, state !== 'active'],
    )
  }
  await query(
    pool,
    `update ldap_sync.memberships set step = 2, unlisted = true
      where instance = $1 and kind = $2 and container_id = $3 and step < 2 and not user_id = any($4)
        and greatest(created_at, updated_at) < $5`,
    [instance, kind, id, members.map((each) => each.id), before],
  )
}
