import { after } from 'node:test'
import { startHttp } from '../../../consumers/project-directory/http/start-http.ts'
import { createPool, type Pool } from '../../../lib/database.ts'
import { quietLogger } from '../../../lib/logger.ts'
import { startServers } from '../servers/servers.ts'
import { migrateDirectory } from './migrate-directory.ts'

/** An empty directory with a PostgreSQL of its own, which answers by HTTP. It ends with the test file. */
export interface OpenDirectory {
  pool: Pool
  url: string
  /** With the role of the worker. */
  databaseUrl: string
  /** The settings of an API that only this machine reaches, on a free port. */
  local: { PROJECT_DIRECTORY_HOST: string; PROJECT_DIRECTORY_PORT: number }
}

export const openDirectory = async (): Promise<OpenDirectory> => {
  const servers = await startServers(['postgres'])
  const databaseUrl = await migrateDirectory(servers.databaseUrl)
  const pool = createPool(databaseUrl, 'test', quietLogger())
  const local = { PROJECT_DIRECTORY_HOST: '127.0.0.1', PROJECT_DIRECTORY_PORT: 0 }
  const http = await startHttp(pool, local, quietLogger())
  after(async () => {
    await http.close()
    await pool.end()
    await servers.remove()
  })
  return { pool, url: http.url, databaseUrl, local }
}
