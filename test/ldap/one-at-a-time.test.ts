import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inTransaction } from '../../consumers/ldap-sync/state/in-transaction.ts'
import { query } from '../../lib/database.ts'
import { RetriableError } from '../../lib/errors.ts'
import { groupEvent, memberEvent } from '../helpers/ldap/events.ts'
import { groupBase, personDn } from '../helpers/ldap/ldap-server.ts'
import { openLdapTest } from '../helpers/ldap/open-ldap-test.ts'
import { withOperator } from '../helpers/ldap/operator-of.ts'
import { eventually } from '../helpers/process/eventually.ts'

const { directory, startSync } = await openLdapTest()
await directory.addPeople(['anna'])
const groupDn = `cn=nordlicht-team-23,${groupBase}`

test('worker and operator change the directory one after the other', async () => {
  const sync = await startSync()
  await sync.feed(groupEvent('create', 23, 'nordlicht/team-23'))
  let fed: Promise<void> | undefined
  await withOperator(sync, (operator) =>
    operator.exclusively(async () => {
      fed = sync.feed(memberEvent('add', { user: 1, username: 'anna' }))
      await eventually(async () => {
        const [row] = await sync.query(
          "select count(*)::integer as waiting from pg_locks where locktype = 'advisory' and not granted",
        )
        assert.equal(row?.waiting, 1)
      }, 20_000)
      assert.equal(await directory.values(groupDn, 'member'), undefined)
    }),
  )
  await fed
  assert.deepEqual(await directory.values(groupDn, 'member'), [personDn('anna')])
})

test('many changes of one process wait without taking all connections to the database', async () => {
  const sync = await startSync()
  await withOperator(sync, async (operator) => {
    let running = 0
    const change = () =>
      operator.exclusively(async () => {
        running += 1
        await query(operator.pool, 'select 1', [])
        assert.equal(running, 1)
        running -= 1
      })
    await Promise.all(Array.from({ length: 20 }, change))
  })
})

test('a connection to the database that failed is closed, so that it holds no lock', async () => {
  const sync = await startSync()
  await withOperator(sync, async ({ pool }) => {
    const processOf = async (connection: Parameters<typeof query>[0]) =>
      (await query<{ id: number }>(connection, 'select pg_backend_pid() as id', []))[0]?.id
    let failed: number | undefined
    const failing = inTransaction(pool, async (connection) => {
      await query(connection, 'select pg_advisory_lock(99)', [])
      failed = await processOf(connection)
      throw new RetriableError('the database does not answer')
    })
    await assert.rejects(failing, /does not answer/)
    assert.notEqual(await processOf(pool), failed)
    await eventually(
      async () => assert.deepEqual(await sync.query('select pid from pg_locks where pid = $1', [failed]), []),
      20_000,
    )
  })
})
