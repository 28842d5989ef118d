import assert from 'node:assert/strict'
import { beforeEach, type TestContext, test } from 'node:test'
import { noGitlabApis } from '../../consumers/gitlab-api/open-gitlab-apis.ts'
import { openSync } from '../../consumers/ldap-sync/sync/open-sync.ts'
import { type Schedule, startSchedule } from '../../consumers/ldap-sync/sync/schedule.ts'
import type { SyncContext } from '../../consumers/ldap-sync/sync/sync-context.ts'
import { ldapSyncVariables } from '../../consumers/ldap-sync/variables.ts'
import { readVariables } from '../../lib/config.ts'
import { createMetrics } from '../../lib/metrics/metrics.ts'
import { groupEvent, memberEvent } from '../helpers/ldap/events.ts'
import { groupBase, personDn, placeholder } from '../helpers/ldap/ldap-server.ts'
import { openLdapTest, type RunningSync } from '../helpers/ldap/open-ldap-test.ts'
import { eventually } from '../helpers/process/eventually.ts'
import { recordingLogger } from '../helpers/process/recording-logger.ts'

const { server, directory, startSync } = await openLdapTest()
await directory.addPeople(['anna', 'bela'])
const groupDn = `cn=nordlicht-team-23,${groupBase}`
const created = groupEvent('create', 23, 'nordlicht/team-23')
const anna = { user: 1, username: 'anna' }
const bela = { user: 2, username: 'bela' }

beforeEach(async () => {
  for (const dn of await directory.below(groupBase)) await directory.remove(dn)
})

interface Scheduled {
  context: SyncContext
  schedule: Schedule
  /** Sets the clock, and waits until the schedule has looked at it several times. */
  goTo(time: string): Promise<void>
  comparisons(): number
  gauge(name: 'server_up' | 'reconcile_failing'): Promise<number | undefined>
}

/** The schedule of a worker, with a clock that stands still. */
const startScheduleOf = (
  t: TestContext,
  sync: RunningSync,
  from: string,
  reconcileAt = '02:30',
): Scheduled => {
  const { logger, lines } = recordingLogger()
  let time = Date.parse(from)
  let readings = 0
  const now = () => {
    readings += 1
    return time
  }
  const metrics = createMetrics()
  const settings = readVariables(ldapSyncVariables, sync.env)
  const context = openSync(settings, logger, { metrics, gitlab: noGitlabApis, now })
  const schedule = startSchedule(context, { reconcileAt, tickMs: 2, quietMs: 20_000 })
  t.after(async () => {
    await schedule.stop()
    await context.close()
  })
  const goTo = async (to: string) => {
    time = Date.parse(to)
    const before = readings
    // A tick reads the clock at its beginning, and the next one begins when it has ended.
    await eventually(() => assert.ok(readings > before + 20))
  }
  const comparisons = () =>
    lines.filter(({ message }) => message === 'directory and GitLab were compared').length
  const gauge: Scheduled['gauge'] = async (name) =>
    (await metrics.registry.getSingleMetric(`gitlab_bridge_ldap_sync_${name}`)?.get())?.values[0]?.value
  return { context, schedule, goTo, comparisons, gauge }
}

test('directory and GitLab are compared at the start once all is quiet, and then once a day', async (t) => {
  const sync = await startSync()
  await sync.feed(created, memberEvent('add', anna), memberEvent('add', bela))
  const { schedule, goTo, comparisons } = startScheduleOf(t, sync, '2026-06-01T10:00:00Z')
  await goTo('2026-06-01T10:00:15Z')
  schedule.handled()
  await goTo('2026-06-01T10:00:30Z')
  assert.equal(comparisons(), 0, 'a record was handled 15 seconds ago')
  await directory.removeValue(groupDn, 'member', personDn('anna'))
  await goTo('2026-06-01T10:01:00Z')
  await eventually(() => assert.ok(comparisons() > 0))
  assert.equal(comparisons(), 1)
  assert.deepEqual(await directory.values(groupDn, 'member'), [personDn('anna'), personDn('bela')])
  await goTo('2026-06-01T23:59:00Z')
  await goTo('2026-06-02T02:29:00Z')
  assert.equal(comparisons(), 1)
  await goTo('2026-06-02T02:31:00Z')
  await eventually(() => assert.ok(comparisons() > 1))
  await goTo('2026-06-02T20:00:00Z')
  assert.equal(comparisons(), 2)
})

test('with the time off, nothing is compared', async (t) => {
  const { goTo, comparisons } = startScheduleOf(t, await startSync(), '2026-06-01T10:00:00Z', 'off')
  await goTo('2026-06-02T02:31:00Z')
  assert.equal(comparisons(), 0)
})

test('a comparison that fails is said, and tried again until it succeeds', async (t) => {
  const { goTo, comparisons, gauge } = startScheduleOf(t, await startSync(), '2026-06-01T10:00:00Z')
  await server.kill()
  await goTo('2026-06-01T10:01:00Z')
  await eventually(async () => assert.equal(await gauge('reconcile_failing'), 1))
  assert.equal(await gauge('server_up'), 0)
  await server.start()
  await goTo('2026-06-01T10:03:00Z')
  await eventually(() => assert.equal(comparisons(), 1))
  assert.equal(await gauge('reconcile_failing'), 0)
  assert.equal(await gauge('server_up'), 1)
})

test('a membership ends at its time without any hook, also if the worker was stopped then', async (t) => {
  const sync = await startSync()
  const soon = { ...anna, expires: '2099-06-02T00:00:00Z' }
  const later = { ...bela, expires: '2099-06-03T00:00:00Z' }
  await sync.feed(created, memberEvent('add', soon), memberEvent('add', later))
  assert.equal((await directory.values(groupDn, 'member'))?.length, 2)
  const { goTo } = startScheduleOf(t, sync, '2099-06-02T00:00:01Z', 'off')
  await eventually(async () =>
    assert.deepEqual(await directory.values(groupDn, 'member'), [personDn('bela')]),
  )
  await goTo('2099-06-03T00:00:01Z')
  await eventually(async () =>
    assert.ok(!(await directory.values(groupDn, 'member'))?.includes(personDn('bela'))),
  )
})

test('while old records are missing, neither the comparison nor the end of a membership runs', async (t) => {
  const sync = await startSync()
  await sync.feed(created, memberEvent('add', { ...anna, expires: '2099-06-02T00:00:00Z' }))
  const { context, goTo, comparisons } = startScheduleOf(t, sync, '2099-06-01T10:00:00Z')
  const place = { topicId: 'id', topic: 'topic', partition: 0 }
  const members = () => directory.values(groupDn, 'member')
  // Nothing was handled for a day, and only now the worker gets a partition.
  const nextDay = goTo('2099-06-02T10:00:00Z')
  context.catchUp.begin([{ ...place, groupOffset: 9 }], [4])
  await nextDay
  assert.equal(comparisons(), 0)
  assert.deepEqual(await members(), [personDn('anna')])
  context.catchUp.read([{ ...place, offset: 8 }])
  await eventually(async () => assert.deepEqual(await members(), [placeholder]))
  await eventually(() => assert.equal(comparisons(), 1))
})

test('records that Kafka has deleted are not waited for, and the directory is compared', async (t) => {
  const { context, goTo, comparisons } = startScheduleOf(t, await startSync(), '2026-06-01T10:00:00Z')
  context.catchUp.begin([{ topicId: 'id', topic: 'topic', partition: 0, groupOffset: 9 }], [4])
  await goTo('2026-06-01T10:00:19Z')
  assert.equal(context.catchUp.phase(), 'reading')
  await goTo('2026-06-01T10:00:21Z')
  await eventually(() => assert.equal(context.catchUp.phase(), 'over'))
  await eventually(() => assert.equal(comparisons(), 1))
})
