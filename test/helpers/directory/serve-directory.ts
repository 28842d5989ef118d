import { writeBatch } from '../../../consumers/project-directory/apply/write-batch.ts'
import { startHttp } from '../../../consumers/project-directory/http/start-http.ts'
import { createPool } from '../../../lib/database.ts'
import { quietLogger } from '../../../lib/logger.ts'
import { startServers } from '../servers/servers.ts'
import { groupHook, memberHook, placedHook, projectHook, updateHook } from './directory-hooks.ts'
import { migrateDirectory } from './migrate-directory.ts'

/** A directory with a small company, its database, and its API on a free port. */
export const serveDirectory = async () => {
  const servers = await startServers(['postgres'])
  const pool = createPool(await migrateDirectory(servers.databaseUrl), 'test', quietLogger())
  const settings = { PROJECT_DIRECTORY_HOST: '127.0.0.1', PROJECT_DIRECTORY_PORT: 0 }
  const http = await startHttp(pool, settings, quietLogger())
  const hooks = [
    groupHook('group_create', 1, 'north', 1),
    groupHook('group_create', 2, 'north/sea', 2),
    projectHook('project_create', 10, 'north/signal', 3),
    projectHook('project_create', 11, 'north/sea/signal', 4),
    projectHook('project_create', 12, 'north/tide', 5),
    projectHook('project_rename', 12, 'north/ebb', 6, 'north/tide'),
    updateHook(10, 'north/signal', [
      ['refs/heads/main', '', '1'],
      ['refs/heads/topic', '', '2'],
      ['refs/tags/v1', '', '1'],
    ]),
    memberHook('user_add_to_team', 12, 'north/ebb', 'Developer', 7),
  ]
  for (const [offset, hook] of hooks.entries()) await writeBatch(pool, [await placedHook(hook, offset)])
  return {
    pool,
    url: http.url,
    close: async () => {
      await http.close()
      await pool.end()
      await servers.remove()
    },
  }
}
