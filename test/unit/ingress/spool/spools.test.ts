// All spools together: an unavailable topic must not affect the others.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { DeliverOptions } from '../../../../ingress/deliver.ts'
import type { Hook } from '../../../../ingress/hook.ts'
import { TopicUnavailableError } from '../../../../ingress/record/topic-unavailable-error.ts'
import { openSpools, type Spools } from '../../../../ingress/spool/spools.ts'
import { startDrains } from '../../../../ingress/spool/start-drains.ts'
import { RetriableError } from '../../../../lib/errors.ts'
import { createForgetfulDisk } from '../../../helpers/faults/forgetful-folder.ts'
import { recordingLogger } from '../../../helpers/process/recording-logger.ts'
import { waitUntil } from '../../../helpers/process/wait-until.ts'
import { deliverBy } from '../../../helpers/records/fake-deliver.ts'

const topics = ['gitlab.push', 'gitlab.job']
/** The source of the hook names its topic. */
const hookOf = (id: string, topic = 'gitlab.push', { receivedAt = 1, bytes = 10 } = {}): Hook => ({
  id,
  source: topic,
  receivedAt,
  headers: {},
  body: Buffer.alloc(bytes, id),
})

/** A disk in memory for each spool. */
const createDisks = () => {
  const common = createForgetfulDisk()
  const ofTopics = new Map<string, ReturnType<typeof createForgetfulDisk>>()
  const ofTopic = (topic: string) => {
    const disk = ofTopics.get(topic) ?? createForgetfulDisk()
    ofTopics.set(topic, disk)
    return disk
  }
  const folders = () => ({
    common: common.mount(),
    ofTopic: (topic: string) => ofTopic(topic).mount(),
    topics: async () => [...ofTopics].filter(([, { segments }]) => segments.size > 0).map(([topic]) => topic),
    close: async () => {},
  })
  const open = (maxBytes = 1e6): Promise<Spools> =>
    openSpools(folders(), topics, maxBytes, recordingLogger().logger)
  return { common, ofTopic, open, all: () => [common, ...ofTopics.values()] }
}

/** Brokers with unavailable topics, and the ids of the hooks that they acknowledged. */
const createBrokers = (spools: Spools) => {
  const broken = new Set<string>()
  const acknowledged: string[] = []
  const attempt = async ({ id, source: topic }: Hook, { waitedFor, mustWait }: DeliverOptions) => {
    await new Promise(setImmediate)
    if (broken.has(topic)) throw new TopicUnavailableError(topic, 'gone')
    if ((spools.hasWaitingHooks(topic) && topic !== waitedFor) || mustWait?.(topic))
      throw new TopicUnavailableError(topic, 'older hooks wait for it')
    acknowledged.push(id)
    return { kind: 'published', event: 'push', topic, id } as const
  }
  return { broken, acknowledged, deliver: deliverBy(attempt, ({ source }) => source) }
}

test('hooks of an unavailable topic wait in its spool, and follow in order once it works', async () => {
  const spools = await createDisks().open()
  const { broken, acknowledged, deliver } = createBrokers(spools)
  broken.add('gitlab.push')
  for (const id of ['p1', 'j1', 'p2', 'j2', 'p3'])
    await spools.append(hookOf(id, id.startsWith('p') ? 'gitlab.push' : 'gitlab.job'))
  const drains = startDrains(spools, deliver, recordingLogger().logger)
  await waitUntil(() => spools.common.state.records === 0)
  assert.deepEqual(
    [acknowledged, spools.hasWaitingHooks('gitlab.push'), spools.hasWaitingHooks('gitlab.job')],
    [['j1', 'j2'], true, false],
  )
  assert.equal(spools.state().records, 3)

  await spools.append(hookOf('p4'), 'gitlab.push')
  await spools.append(hookOf('j3', 'gitlab.job'))
  await waitUntil(() => acknowledged.includes('j3'))
  broken.clear()
  await waitUntil(() => spools.state().records === 0)
  assert.deepEqual(
    acknowledged.filter((id) => id.startsWith('p')),
    ['p1', 'p2', 'p3', 'p4'],
  )
  assert.equal(spools.hasWaitingHooks('gitlab.push'), false)
  await drains.stop()
})

test('a hook from the common spool does not overtake older hooks of its topic', async () => {
  const spools = await createDisks().open()
  const { acknowledged, deliver } = createBrokers(spools)
  await Promise.all(['p1', 'p2'].map((id) => spools.append(hookOf(id), 'gitlab.push')))
  await Promise.all(['p3', 'p4'].map((id) => spools.append(hookOf(id))))
  const drains = startDrains(spools, deliver, recordingLogger().logger)
  await waitUntil(() => spools.state().records === 0)
  assert.deepEqual(acknowledged, ['p1', 'p2', 'p3', 'p4'])
  await drains.stop()
})

test('a power failure while hooks move to the spool of their topic loses none', async () => {
  for (let change = 1; change < 12; change++) {
    for (const which of ['common', 'gitlab.push'] as const) {
      const disks = createDisks()
      const before = await disks.open()
      await Promise.all(['p1', 'p2', 'p3'].map((id) => before.append(hookOf(id))))
      const failing = which === 'common' ? disks.common : disks.ofTopic(which)
      failing.crashAt(change)
      const { broken, deliver } = createBrokers(before)
      broken.add('gitlab.push')
      const drains = startDrains(before, deliver, recordingLogger().logger)
      for (let turn = 0; turn < 40; turn++) await new Promise(setImmediate)
      for (const disk of disks.all()) disk.crash()
      await drains.stop()

      const after = await disks.open()
      const { acknowledged, deliver: deliverAll } = createBrokers(after)
      const again = startDrains(after, deliverAll, recordingLogger().logger)
      await waitUntil(() => after.state().records === 0)
      assert.deepEqual(
        [...new Set(acknowledged)],
        ['p1', 'p2', 'p3'],
        `the disk of ${which} at change ${change}`,
      )
      await again.stop()
    }
  }
})

test('after a restart the spool of a topic is found, even if the topic is not ours any more', async () => {
  const disks = createDisks()
  const first = await disks.open()
  await first.append(hookOf('p1', 'gitlab.push', { receivedAt: 5 }), 'gitlab.push')
  const old = await openSpools(
    {
      common: disks.common.mount(),
      ofTopic: (topic) => disks.ofTopic(topic).mount(),
      topics: async () => [],
      close: async () => {},
    },
    ['gitlab.old'],
    1e6,
    recordingLogger().logger,
  )
  await old.append(hookOf('o1', 'gitlab.old', { receivedAt: 3 }), 'gitlab.old')
  for (const disk of disks.all()) disk.crash()

  const spools = await disks.open()
  assert.deepEqual([spools.state().records, spools.state().oldestReceivedAt], [2, 3])
  assert.deepEqual(
    [spools.hasWaitingHooks('gitlab.push'), spools.hasWaitingHooks('gitlab.old')],
    [true, true],
  )
  const { acknowledged, deliver } = createBrokers(spools)
  const drains = startDrains(spools, deliver, recordingLogger().logger)
  await waitUntil(() => spools.state().records === 0)
  assert.deepEqual(acknowledged.toSorted(), ['o1', 'p1'])
  await drains.stop()
})

test('hooks that are moving to the spool of their topic are counted once', async () => {
  const spools = await createDisks().open()
  for (const id of ['p1', 'p2', 'j1'])
    await spools.append(hookOf(id, `gitlab.${id === 'j1' ? 'job' : 'push'}`))
  const { broken, deliver } = createBrokers(spools)
  broken.add('gitlab.push').add('gitlab.job')
  const counts = new Set<number>()
  const drains = startDrains(spools, deliver, recordingLogger().logger)
  while (spools.common.state.records > 0) {
    counts.add(spools.state().records)
    await new Promise(setImmediate)
  }
  counts.add(spools.state().records)
  assert.deepEqual([...counts], [3])
  await drains.stop()
})

test('the oldest hook is the one that was received first, in any spool', async () => {
  const spools = await createDisks().open()
  await spools.append(hookOf('late', 'gitlab.job', { receivedAt: 9 }))
  await spools.append(hookOf('early', 'gitlab.push', { receivedAt: 4 }), 'gitlab.push')
  assert.equal(spools.state().oldestReceivedAt, 4)
})

test('all spools share one limit; hooks of unavailable topics may use half of it', async () => {
  const spools = await createDisks().open(2000)
  const appendUntilFull = async (topic?: string) => {
    for (let count = 0; ; count++) {
      const isKept = await spools.append(hookOf('x', 'gitlab.push', { bytes: 20 }), topic).then(
        () => true,
        (error) => error instanceof RetriableError && /full/.test(error.message) && false,
      )
      if (!isKept) return count
    }
  }
  assert.ok((await appendUntilFull('gitlab.push')) > 3)
  const { bytes } = spools.state()
  assert.ok(bytes <= 1000 && bytes > 800, `${bytes} bytes`)
  assert.equal(await appendUntilFull('gitlab.job'), 0)
  assert.ok((await appendUntilFull()) > 3)
  assert.ok(spools.state().bytes <= 2000 && spools.state().bytes > 1800, `${spools.state().bytes} bytes`)
  assert.deepEqual([spools.common.state.lastFailure, spools.state().lastFailure], ['full', 'full'])
})

test('hooks can move to the spool of their topic even if the limit is reached', async () => {
  const disks = createDisks()
  const spools = await disks.open(4000)
  let count = 0
  const hook = () => hookOf(String(count), count % 2 === 0 ? 'gitlab.push' : 'gitlab.job')
  while (
    await spools.append(hook()).then(
      () => true,
      () => false,
    )
  )
    count++
  const { broken, acknowledged, deliver } = createBrokers(spools)
  broken.add('gitlab.push')
  let most = 0
  const drains = startDrains(
    spools,
    (...given) => {
      most = Math.max(most, ...[disks.all().reduce((sum, disk) => sum + disk.bytesOnDisk(), 0)])
      return deliver(...given)
    },
    recordingLogger().logger,
  )
  await waitUntil(() => spools.common.state.records === 0)
  assert.equal(acknowledged.length, Math.floor(count / 2))
  assert.equal(spools.state().records, Math.ceil(count / 2))
  assert.ok(most <= 4000 + 4000 / 16 + 200, `${most} bytes at most`)
  await drains.stop()
})

test('if one spool cannot be opened, those that were opened before are closed again', async () => {
  const closed: string[] = []
  const folderOf = (name: string) => ({
    ...createForgetfulDisk().mount(),
    close: async () => void closed.push(name),
  })
  const folders = {
    common: folderOf('common'),
    ofTopic: (topic: string) => {
      const folder = folderOf(topic)
      return topic === 'gitlab.job' ? { ...folder, segments: () => Promise.reject(new Error('EIO')) } : folder
    },
    topics: async () => [],
    close: async () => void closed.push('folders'),
  }
  await assert.rejects(openSpools(folders, topics, 1e6, recordingLogger().logger), /EIO/)
  assert.deepEqual(closed, ['gitlab.job', 'gitlab.push', 'common', 'folders'])
})
