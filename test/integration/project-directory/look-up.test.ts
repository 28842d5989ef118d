// How fast the directory answers. BRIDGE_TEST_SOAK=1 runs the full size.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { startHttp } from '../../../consumers/project-directory/http/start-http.ts'
import { createReadPool } from '../../../lib/database.ts'
import { quietLogger } from '../../../lib/logger.ts'
import { fillDirectory } from '../../helpers/directory/large-directory.ts'
import { migrateDirectory } from '../../helpers/directory/migrate-directory.ts'
import { startServers } from '../../helpers/servers/servers.ts'

const isFull = process.env.BRIDGE_TEST_SOAK === '1'
const [projects, branches] = isFull ? [100_000, 10] : [5_000, 10]
const servers = await startServers(['postgres'])
// One connection: a server counts what a connection read only after that connection has reported it.
const owner = createReadPool(servers.databaseUrl, 'test', 1)
const pool = createReadPool(await migrateDirectory(servers.databaseUrl), 'test', 1)
await fillDirectory(owner, projects, branches)
const local = { PROJECT_DIRECTORY_HOST: '127.0.0.1', PROJECT_DIRECTORY_PORT: 0 }
const http = await startHttp(pool, local, quietLogger())
after(async () => {
  await http.close()
  await Promise.all([pool.end(), owner.end()])
  await servers.remove()
})

/** Addresses of every kind of look-up, of different projects. */
const addresses = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => {
    const id = 1 + ((index * 7919) % projects)
    const path = encodeURIComponent(`group-${1 + (id % (projects / 100))}/project-${id}`)
    return [
      `/projects/${id}`,
      `/projects/${path}`,
      `/projects/project-${id}/group`,
      `/projects/${id}/branches`,
      `/groups/group-${1 + (id % (projects / 100))}`,
    ][index % 5] as string
  })

test('every kind of look-up reads a few rows by an index, and never a whole table', async () => {
  for (const address of addresses(50)) assert.equal((await fetch(http.url + address)).status, 200, address)
  await owner.query('select pg_stat_force_next_flush()')
  const { rows } = await owner.query<{ relname: string; seq_tup_read: string }>(
    `select relname, seq_tup_read from pg_stat_user_tables
      where schemaname = 'project_directory' and relname in ('holders', 'paths', 'refs')`,
  )
  const before = new Map(rows.map(({ relname, seq_tup_read }) => [relname, Number(seq_tup_read)]))
  for (const address of addresses(100)) await fetch(http.url + address)
  await pool.query('select pg_stat_force_next_flush()')
  const after = await owner.query<{ relname: string; seq_tup_read: string }>(
    `select relname, seq_tup_read from pg_stat_user_tables
      where schemaname = 'project_directory' and relname in ('holders', 'paths', 'refs')`,
  )
  for (const { relname, seq_tup_read } of after.rows)
    assert.equal(Number(seq_tup_read), before.get(relname), `${relname} was read as a whole`)
})

test('a look-up asks the database once or twice, by statements that are planned already', async () => {
  const planned = async () => {
    const { rows } = await pool.query<{ generic: string; custom: string }>(
      'select sum(generic_plans) as generic, sum(custom_plans) as custom from pg_prepared_statements',
    )
    return { generic: Number(rows[0]?.generic), custom: Number(rows[0]?.custom) }
  }
  const before = await planned()
  for (const address of addresses(100)) assert.equal((await fetch(http.url + address)).status, 200, address)
  const { generic, custom } = await planned()
  // Every fifth address lists branches, which is a second statement.
  assert.deepEqual({ generic: generic - before.generic, custom }, { generic: 120, custom: before.custom })
})

test('the 99th percentile of a look-up is below 10 ms with 100,000 projects and 1,000,000 branches', {
  skip: isFull ? false : 'only with BRIDGE_TEST_SOAK=1',
}, async (t) => {
  for (const address of addresses(500)) await (await fetch(http.url + address)).text()
  const times: number[] = []
  for (const address of addresses(5000)) {
    const startedAt = performance.now()
    await (await fetch(http.url + address)).text()
    times.push(performance.now() - startedAt)
  }
  const sorted = times.toSorted((one, other) => one - other)
  const at = (share: number) => sorted[Math.floor(sorted.length * share)] ?? Number.NaN
  t.diagnostic(`p50 ${at(0.5).toFixed(2)} ms, p99 ${at(0.99).toFixed(2)} ms`)
  assert.ok(at(0.99) < 10, `p99 is ${at(0.99)} ms`)
})
