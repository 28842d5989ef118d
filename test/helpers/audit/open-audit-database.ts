import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createFileAnchor } from '../../../consumers/audit-log/anchors/file-anchor.ts'
import { generateSignerKey, readSignerKey } from '../../../consumers/audit-log/note/signer-key.ts'
import { createSigner } from '../../../consumers/audit-log/sign/signer.ts'
import { readHead } from '../../../consumers/audit-log/store/read-head.ts'
import { readKeyChanges } from '../../../consumers/audit-log/store/read-key-changes.ts'
import { createTileReader } from '../../../consumers/audit-log/store/tile-reader.ts'
import { createReadPool } from '../../../lib/database.ts'
import { quietLogger } from '../../../lib/logger.ts'
import { startServers } from '../servers/servers.ts'
import { bringBackTables, keepTables, removeTriggers } from './kept-tables.ts'
import { migrateAuditLog } from './migrate-audit-log.ts'

/** A database of its own with an audit log, and a checkpoint outside of it. */
export const openAuditDatabase = async () => {
  const servers = await startServers(['postgres'])
  const folder = await mkdtemp(join(tmpdir(), 'bridge-audit-'))
  await migrateAuditLog(servers.databaseUrl, servers.databaseUrl)
  const pool = createReadPool(servers.databaseUrl, 'test', 4)
  // The end of a pool does not wait for its connections, and a server that stops ends them with an error.
  pool.on('connect', (client) => client.on('error', () => undefined))
  pool.on('error', () => undefined)
  const key = readSignerKey(generateSignerKey('example.com/log'))
  const file = createFileAnchor(join(folder, 'checkpoint'), 0)
  /** Stores a checkpoint of the log as it is. */
  const anchor = async (signingKey = key) => {
    const signer = createSigner({
      key: signingKey,
      file,
      others: [],
      readHead: () => readHead(pool),
      readKeyChanges: () => readKeyChanges(pool),
      createTileReader: () => createTileReader(pool),
      logger: quietLogger(),
    })
    await signer.sign()
    const stored = await file.newest()
    if (stored === undefined) throw new Error('no checkpoint was stored')
    return stored
  }
  return {
    ...{ pool, key, folder, anchor, databaseUrl: servers.databaseUrl },
    removeTriggers: () => removeTriggers(pool),
    keep: () => keepTables(pool),
    bringBack: () => bringBackTables(pool),
    close: async () => {
      await pool.end()
      await servers.remove()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

export type AuditDatabase = Awaited<ReturnType<typeof openAuditDatabase>>
