import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createLagMeter, type Judged, type LagMeterOptions } from '../../../../cli/lag-meter/lag-meter.ts'
import type { Offsets } from '../../../../lib/kafka/offsets.ts'

const hourMs = 3_600_000
const stallMs = 120_000
const topic = 'gitlab.push'

/** One group and two partitions with records 2 to 9, one hour old. `committed` is its offset in each. */
const measuring = (
  stalls: LagMeterOptions['stalls'],
  committed: (number | undefined)[],
  { everJoined = (): boolean => true, judged = 'always' as Judged } = {},
) => {
  const lookedUp: string[] = []
  const partitions = [0, 1]
  const offsets = {
    ends: async () => partitions.map((partition) => ({ topic, partition, low: 2, high: 10, leader: 0 })),
    committed: async () =>
      partitions.map((partition) => ({ topic, partition, offset: committed[partition] })),
    members: async () => ({ count: everJoined() ? 1 : 0, everJoined: everJoined() }),
  } as unknown as Offsets
  const measure = createLagMeter({
    offsets,
    timeOf: async ({ partition, offset }) => {
      lookedUp.push(`${partition}@${offset}`)
      return Date.now() - hourMs
    },
    groups: [{ group: 'group', topics: [topic], judged }],
    stallMs,
    stalls,
  })
  return { measure, lookedUp }
}

test('the lag counts the records that exist, from the committed offset on', async () => {
  for (const [committed, records] of [
    [[10, 10], 0],
    [[9, 10], 1],
    [[5, 7], 8],
    [[undefined, 10], 8], // nothing is committed: all records count
    [[0, 10], 8], // records below the oldest one were deleted
  ] as const) {
    const [lag] = (await measuring('any partition', [...committed]).measure()).lags
    assert.equal(lag?.records, records, String(committed))
    assert.equal(lag?.oldest === null, records === 0, String(committed))
  }
})

test('the time of a record is looked up once, until the group makes progress', async () => {
  const committed = [5, 10]
  const { measure, lookedUp } = measuring('any partition', committed)
  await measure()
  await measure()
  assert.deepEqual(lookedUp, ['0@5'])
  committed[0] = 6
  await measure()
  committed[0] = 5
  await measure()
  assert.deepEqual(lookedUp, ['0@5', '0@6', '0@5'])
})

test('a group is stalled if one partition, or the whole group, makes no progress', async (t) => {
  t.mock.timers.enable({ apis: ['Date'], now: 10 * hourMs })
  for (const [stalls, wanted] of [
    ['any partition', 'stalled'],
    ['whole group', 'behind'],
  ] as const) {
    const committed = [5, 5]
    const { measure } = measuring(stalls, committed)
    const verdict = async () => (await measure()).lags[0]?.verdict
    assert.equal(await verdict(), 'behind', stalls)
    t.mock.timers.tick(stallMs)
    committed[1] = 6
    assert.equal(await verdict(), wanted, stalls)
    t.mock.timers.tick(stallMs)
    assert.equal(await verdict(), 'stalled', stalls)
  }
})

test('a group that never had a member is not used, unless it is always judged', async () => {
  const measured = async (judged: Judged, isJoined: boolean) => {
    const used = { judged, everJoined: () => isJoined }
    const { lags, unused } = await measuring('any partition', [5, 5], used).measure()
    return [lags.map(({ verdict }) => verdict), unused.map(({ group }) => group)]
  }
  for (const judged of ['once it has a member', 'while it exists'] as const) {
    assert.deepEqual(await measured(judged, false), [[], ['group']], judged)
    assert.deepEqual(await measured(judged, true), [['behind'], []], judged)
  }
  assert.deepEqual(await measured('always', false), [['stopped'], []])
})

test('a group that the brokers have forgotten stays used, unless other workers are named', async () => {
  for (const [judged, expected] of [
    ['once it has a member', 1],
    ['while it exists', 0],
  ] as const) {
    let isJoined = true
    const { measure } = measuring('any partition', [5, 5], { judged, everJoined: () => isJoined })
    assert.equal((await measure()).lags.length, 1)
    isJoined = false
    assert.equal((await measure()).lags.length, expected, judged)
  }
})
