import { z } from 'zod'
import { createPool, type Pool, query } from '../../../lib/database.ts'
import { UsageError } from '../../../lib/errors.ts'
import { quietLogger } from '../../../lib/logger.ts'
import { apiPath } from '../../gitlab-api/api-path.ts'
import type { GitlabApi } from '../../gitlab-api/gitlab-api.ts'
import type { GitlabApis } from '../../gitlab-api/open-gitlab-apis.ts'
import { inTransaction } from '../apply/in-transaction.ts'
import { realmIdOf } from '../store/realms.ts'
import { reconcile } from './reconcile.ts'

/** How the worker names its connections. */
export const connectionName = 'gitlab-bridge.project-directory'

const noMetrics = { drift: { inc: () => undefined } }

/**
 * Empties the directory of each GitLab whose API may be called, and fills it from the API. It needs no Kafka.
 * The positions in Kafka stay, so that the worker goes on with the hooks that it has not applied. A GitLab
 * without a token, and invented events, keep what they have.
 *
 * If it is interrupted, the next call or the next start of the worker fills what is missing.
 *
 * @returns one sentence for each GitLab
 * @throws UsageError if no token is configured, or while the worker runs; whatever the API throws, and then
 * the directory of that GitLab is as it was
 */
export const rebuildFromGitlab = async (databaseUrl: string, gitlab: GitlabApis): Promise<string[]> => {
  const apis = gitlab.all()
  if (apis.length === 0)
    throw new UsageError(
      "The directory cannot be rebuilt from GitLab: no token for GitLab's API is configured. " +
        'Set GITLAB_API_URL and GITLAB_API_TOKEN; docs/gitlab-tokens.md says which token is needed.',
    )
  const pool = createPool(databaseUrl, 'gitlab-bridge.rebuild', quietLogger())
  try {
    await refuseWhileRunning(pool)
    const said: string[] = []
    for (const api of apis) said.push(await rebuildOne(pool, api))
    return said
  } finally {
    await pool.end()
  }
}

/** Kafka may be down, so the database says whether the worker is connected. */
const refuseWhileRunning = async (pool: Pool): Promise<void> => {
  const [row] = await query<{ connections: number }>(
    pool,
    `select count(*)::int as connections from pg_stat_activity
      where datname = current_database() and application_name like $1 || '%'`,
    [connectionName],
  )
  if ((row?.connections ?? 0) > 0)
    throw new UsageError(
      `The worker project-directory is running (connections to the database: ${row?.connections}). ` +
        'Stop the worker, then try again.',
    )
}

const rebuildOne = async (pool: Pool, api: GitlabApi): Promise<string> => {
  // Nothing is deleted before the API has accepted the token.
  await api.call({
    path: apiPath`/personal_access_tokens/self`,
    read: z.object({ scopes: z.array(z.string()) }),
  })
  const realm = await inTransaction(pool, async (connection) => {
    const id = await realmIdOf(connection, { instance: api.instance, invented: '' })
    for (const table of ['facts', 'holders', 'paths', 'renames', 'moves', 'refs', 'members'])
      await query(connection, `delete from project_directory.${table} where realm = $1`, [id])
    await query(connection, 'update project_directory.realms set reconciled_at = null where id = $1', [id])
    return id
  })
  await reconcile({ pool, api, metrics: noMetrics, realm, signal: new AbortController().signal })
  const rows = await query<{ kind: string; count: number }>(
    pool,
    'select kind, count(*)::int from project_directory.holders where realm = $1 group by kind',
    [realm],
  )
  const countOf = (kind: string) => rows.find((row) => row.kind === kind)?.count ?? 0
  return (
    `The directory of ${api.instance} was made anew from GitLab's API: ` +
    `${countOf('project')} projects, ${countOf('group')} groups, ${countOf('user')} users.`
  )
}
