// What the directory computes is the same in PostgreSQL as in memory.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import fc from 'fast-check'
import { applyObservations } from '../../../consumers/project-directory/apply/apply.ts'
import { inTransaction } from '../../../consumers/project-directory/apply/in-transaction.ts'
import { createPostgresStore } from '../../../consumers/project-directory/store/postgres-store.ts'
import { createPool } from '../../../lib/database.ts'
import { quietLogger } from '../../../lib/logger.ts'
import { createMemoryStore } from '../../helpers/directory/memory-store.ts'
import { migrateDirectory } from '../../helpers/directory/migrate-directory.ts'
import { batchesOf, histories } from '../../helpers/directory/random-arrival.ts'
import { playHistory } from '../../helpers/directory/true-history.ts'
import { startServers } from '../../helpers/servers/servers.ts'

const servers = await startServers(['postgres'])
const pool = createPool(await migrateDirectory(servers.databaseUrl), 'test', quietLogger())
after(async () => {
  await pool.end()
  await servers.remove()
})

const newRealm = async (): Promise<number> => {
  const { rows } = await pool.query(
    `insert into project_directory.realms (instance, invented)
     values (gen_random_uuid()::text, '') returning id`,
  )
  return rows[0].id
}

/** Everything that answers depend on, as text. */
const stored = async (realm: number) => {
  const holders = await pool.query(
    `select kind, id::int, path, state, is_ambiguous as "isAmbiguous", name
       from project_directory.holders where realm = $1 order by kind, id`,
    [realm],
  )
  const refs = await pool.query(
    `select project_id::int as project, ref, sha, is_ambiguous as "isAmbiguous"
       from project_directory.refs where realm = $1 order by project_id, ref`,
    [realm],
  )
  const members = await pool.query(
    `select kind, id::int, access, is_member as "isMember", is_ambiguous as "isAmbiguous"
       from project_directory.members where realm = $1 order by kind, id`,
    [realm],
  )
  return { holders: holders.rows, refs: refs.rows, members: members.rows }
}

const inMemory = ({ views, heads, members }: ReturnType<typeof createMemoryStore>, realm: number) => {
  const byText = (one: object, other: object) => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1)
  const fields = (key: string) => key.slice(`${realm} `.length).split(' ')
  return {
    holders: [...views.values()]
      .map(({ holder: { kind, id }, path, state, isAmbiguous, name }) => ({
        kind,
        id,
        path,
        state,
        isAmbiguous,
        name,
      }))
      .sort((one, other) => (one.kind === other.kind ? one.id - other.id : one.kind < other.kind ? -1 : 1)),
    refs: [...heads]
      .map(([key, { sha, isAmbiguous }]) => ({
        project: Number(fields(key)[0]),
        ref: fields(key)[1],
        sha,
        isAmbiguous,
      }))
      .sort((one, other) => one.project - other.project || byText([one.ref ?? ''], [other.ref ?? ''])),
    members: [...members]
      .map(([key, { access, isMember, isAmbiguous }]) => ({
        kind: fields(key)[0],
        id: Number(fields(key)[1]),
        access,
        isMember,
        isAmbiguous,
      }))
      .sort((one, other) =>
        one.kind === other.kind ? one.id - other.id : String(one.kind) < String(other.kind) ? -1 : 1,
      ),
  }
}

test('random histories end in PostgreSQL as they end in memory', async () => {
  const orders = fc.array(fc.nat(1000), { minLength: 1, maxLength: 100 })
  await fc.assert(
    fc.asyncProperty(histories, orders, async (steps, order) => {
      const realm = await newRealm()
      const { hooks } = playHistory(steps, realm)
      const memory = createMemoryStore()
      for (const batch of batchesOf(hooks, order, 15)) {
        await applyObservations(memory.store, batch)
        await inTransaction(pool, (connection) => applyObservations(createPostgresStore(connection), batch))
      }
      assert.deepEqual(await stored(realm), inMemory(memory, realm))
    }),
    { numRuns: 40 },
  )
})
