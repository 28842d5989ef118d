import pg from 'pg'
import { eventually } from '../process/eventually.ts'
import { startServers } from '../servers/servers.ts'
import { databasesVariable } from './ldap-setup.ts'

/** A database that no other test file uses at the same time. */
export interface TakenDatabase {
  /** The URL of the role that owns the tables. */
  ownerUrl: string
  /** Lets the next test file have it. */
  giveBack(): Promise<void>
}

/** Any number that is not a lock of ours. */
const lockKey = 1

/** Takes one of the databases of the global setup. A file that runs alone starts a database of its own. */
export const takeDatabase = async (): Promise<TakenDatabase> => {
  const given = process.env[databasesVariable]
  if (given !== undefined) return await eventually(() => takeFirstFree(JSON.parse(given)))
  const { databaseUrl, remove } = await startServers(['postgres'])
  return { ownerUrl: databaseUrl, giveBack: remove }
}

/** The database unlocks itself if the process of the test file ends in any other way. */
const takeFirstFree = async (urls: readonly string[]): Promise<TakenDatabase> => {
  for (const ownerUrl of urls) {
    const client = new pg.Client({ connectionString: ownerUrl })
    await client.connect()
    const { rows } = await client.query('select pg_try_advisory_lock($1) as locked', [lockKey])
    if (rows[0]?.locked === true) return { ownerUrl, giveBack: () => client.end() }
    await client.end()
  }
  throw new Error('other test files use all databases')
}
