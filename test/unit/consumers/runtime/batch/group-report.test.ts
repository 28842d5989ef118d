import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { createGroupReport } from '../../../../../consumers/runtime/batch/group-report.ts'
import { GroupError } from '../../../../../consumers/runtime/middleware/group-error.ts'

/** A report whose clock the test sets. */
const openReport = (t: TestContext, heartbeat: () => Promise<void> = async () => {}) => {
  const clock = { ms: 0 }
  t.mock.method(performance, 'now', () => clock.ms)
  const sent: string[] = []
  const report = createGroupReport({
    heartbeat: async () => {
      sent.push('heartbeat')
      await heartbeat()
    },
    commitOffsetsIfNecessary: async () => void sent.push('commit'),
  })
  return { clock, sent, report }
}

test('a heartbeat and a commit are sent every quarter of a second, not after each call', async (t) => {
  const { clock, sent, report } = openReport(t)
  for (clock.ms = 0; clock.ms < 600; clock.ms += 10) await report()
  assert.deepEqual(sent, ['heartbeat', 'commit', 'heartbeat', 'commit'])
})

test('an error of the group is thrown as such', async (t) => {
  const { clock, report } = openReport(t, () => Promise.reject(new Error('rebalance')))
  clock.ms = 250
  await assert.rejects(report(), GroupError)
})
