import { randomUUID } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, afterEach, beforeEach } from 'node:test'
import pg from 'pg'
import { stringify } from 'yaml'
import { migrateDatabase } from '../../../cli/setup/database/migrate-database.ts'
import type { SyncRecord } from '../../../consumers/ldap-sync/facts/facts-of.ts'
import { ldapSync } from '../../../consumers/ldap-sync/ldap-sync.ts'
import { ldapSyncVariables } from '../../../consumers/ldap-sync/variables.ts'
import { readVariables } from '../../../lib/config.ts'
import { createReadPool } from '../../../lib/database.ts'
import { quietLogger } from '../../../lib/logger.ts'
import { type LogLine, recordingLogger } from '../process/recording-logger.ts'
import { workerTools } from '../process/worker-tools.ts'
import { queryOnce } from '../servers/query-once.ts'
import { seedDirectory, type TestDirectory } from './directory.ts'
import { recordOf } from './events.ts'
import { bridge, groupBase, type LdapServer, peopleBase, placeholder } from './ldap-server.ts'
import { startSlapd } from './slapd.ts'
import { takeDatabase } from './take-database.ts'

export interface LdapTest {
  server: LdapServer
  directory: TestDirectory
  /** Starts the worker without Kafka. Without `database` its tables are emptied first. */
  startSync(options?: SyncOptions): Promise<RunningSync>
  /** Runs a statement as the owner of the tables. */
  asOwner(text: string, values?: readonly unknown[]): Promise<unknown>
}

export interface SyncOptions {
  /** Replaces parts of the mapping. */
  mapping?: Readonly<Record<string, unknown>>
  env?: Readonly<Record<string, string>>
  database?: string
  /** Offset of the first record that it is given. Default: 0. */
  firstOffset?: number
}

export interface RunningSync {
  /** Gives the worker the hooks, in one batch, as the runtime does. */
  feed(...bodies: Readonly<Record<string, unknown>>[]): Promise<void>
  feedRecords(records: readonly SyncRecord[]): Promise<void>
  /** Tells the worker at which offset its consumer group is, as the runtime does when it starts. */
  join(groupOffset: number): Promise<void>
  /** Tells the worker that the record at this offset became a dead letter. */
  pass(offset: number): Promise<void>
  query(text: string, values?: unknown[]): Promise<Record<string, unknown>[]>
  env: Readonly<Record<string, string>>
  database: string
  lines: readonly LogLine[]
  /** The value of a metric. */
  metric(name: string, labels?: Readonly<Record<string, string>>): Promise<number | undefined>
  stop(): Promise<void>
}

/** One rule, one group: the smallest mapping. */
export const smallMapping = {
  gitlab_reads_this_ldap: false,
  people: { base: peopleBase },
  groups: { base: groupBase, placeholder },
  mirror: [{ path: 'nordlicht/team-23' }],
}

/** Opens a server and a database for one test file. To be called once, at the top of the file. */
export const openLdapTest = async (
  startServer: () => Promise<LdapServer> = startSlapd,
): Promise<LdapTest> => {
  const cleanUps: (() => Promise<void>)[] = []
  after(async () => {
    for (const cleanUp of cleanUps.reverse()) await cleanUp()
  })
  // What a test has started ends with it, because the database gives few connections.
  let startedByTest: RunningSync[] | undefined
  beforeEach(() => {
    startedByTest = []
  })
  afterEach(async () => {
    await Promise.all((startedByTest ?? []).map((each) => each.stop()))
  })
  const { ownerUrl, giveBack } = await takeDatabase()
  cleanUps.push(giveBack)
  const server = await startServer()
  cleanUps.push(server.remove)
  console.log(`ldap server: ${server.name}`)
  const directory = await seedDirectory(server)
  const folder = await mkdtemp(join(tmpdir(), 'bridge-ldap-'))
  cleanUps.push(() => rm(folder, { recursive: true, force: true }))
  const startSync: LdapTest['startSync'] = async ({
    mapping = {},
    env = {},
    database,
    firstOffset = 0,
  } = {}) => {
    const url = database ?? (await emptyDatabase(ownerUrl))
    const file = join(folder, `${randomUUID()}.yml`)
    await writeFile(file, stringify({ ...smallMapping, ...mapping }))
    const settings = {
      LDAP_SYNC_URL: server.url,
      LDAP_SYNC_BIND_DN: bridge.dn,
      LDAP_SYNC_BIND_PASSWORD: bridge.password,
      LDAP_SYNC_MAPPING_FILE: file,
      LDAP_SYNC_MODE: 'apply',
      LDAP_SYNC_RECONCILE_AT: 'off',
      LDAP_SYNC_DATABASE_URL: url,
      ...env,
    }
    const running = await runSync(settings, firstOffset)
    cleanUps.push(running.stop)
    startedByTest?.push(running)
    return running
  }
  return { server, directory, startSync, asOwner: (...statement) => queryOnce(ownerUrl, ...statement) }
}

/** Empties the tables of the worker. @returns the URL with the role of the worker */
const emptyDatabase = async (ownerUrl: string): Promise<string> => {
  const worker = new URL(ownerUrl)
  worker.username = 'ldap_sync'
  worker.password = 'ldap-sync-password'
  const { database } = ldapSync
  if (database === undefined) throw new Error('the worker has no database')
  const user = { worker: 'ldap-sync', variable: 'LDAP_SYNC_DATABASE_URL', url: worker.href, database }
  await migrateDatabase(ownerUrl, [user], quietLogger())
  const client = new pg.Client({ connectionString: ownerUrl })
  await client.connect()
  try {
    const { rows } = await client.query("select tablename from pg_tables where schemaname = 'ldap_sync'")
    const tables = rows.map(({ tablename }) => `ldap_sync.${tablename}`)
    await client.query(`truncate ${tables.join(', ')} restart identity`)
    // Nothing here survives the machine, so that a test need not wait for its disk.
    await client.query('alter role ldap_sync set synchronous_commit = off')
  } finally {
    await client.end()
  }
  return worker.href
}

const runSync = async (env: Readonly<Record<string, string>>, firstOffset: number): Promise<RunningSync> => {
  const { logger, lines } = recordingLogger()
  const tools = workerTools()
  const settings = readVariables(ldapSyncVariables, env)
  const handler = await ldapSync.create(settings, logger, tools)
  if (!('handleBatch' in handler)) throw new Error('the worker handles batches')
  const database = String(env.LDAP_SYNC_DATABASE_URL)
  const pool = createReadPool(database, 'test', 2)
  let offset = firstOffset
  let stopped: Promise<void> | undefined
  const feedRecords = async (records: readonly SyncRecord[]) => {
    const origins = records.map(() => ({ ...origin, offset: offset++ }))
    await handler.handleBatch(records, { signal: new AbortController().signal, origins })
  }
  const stop = async () => {
    await handler.close()
    await pool.end()
  }
  return {
    feedRecords,
    join: async (groupOffset) => void (await handler.positions?.startAt([{ ...origin, groupOffset }])),
    pass: async (offset) => handler.positions?.pass({ ...origin, offset }),
    feed: async (...bodies) => feedRecords(await Promise.all(bodies.map(recordOf))),
    query: async (text, values = []) => (await pool.query(text, values)).rows,
    ...{ env, database, lines },
    metric: async (name, labels = {}) => {
      const metric = await tools.metrics.registry.getSingleMetric(`gitlab_bridge_${name}`)?.get()
      const matches = (each: Readonly<Record<string, unknown>>) =>
        Object.entries(labels).every(([label, value]) => each[label] === value)
      return metric?.values.find((each) => matches(each.labels))?.value
    },
    stop: () => {
      stopped ??= stop()
      return stopped
    },
  }
}

const origin = { topic: 'gitlab.user_add_to_group', topicId: randomUUID(), partition: 0 }
