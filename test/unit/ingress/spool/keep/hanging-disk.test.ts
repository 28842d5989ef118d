// A disk on which a write does not end: the next hooks must not wait for it again.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Hook } from '../../../../../ingress/hook.ts'
import { createIngressMetrics } from '../../../../../ingress/metrics.ts'
import type { Kept } from '../../../../../ingress/outcome.ts'
import type { KeepStages } from '../../../../../ingress/spool/keep/answer-kept.ts'
import { createPublishOrSpool } from '../../../../../ingress/spool/keep/publish-or-spool.ts'
import { RetriableError } from '../../../../../lib/errors.ts'
import { createMetrics } from '../../../../../lib/metrics/metrics.ts'
import { createNames } from '../../../../../schemas/topics.ts'
import { recordingLogger } from '../../../../helpers/process/recording-logger.ts'
import { seriesValue } from '../../../../helpers/process/series-value.ts'
import { deliverBy } from '../../../../helpers/records/fake-deliver.ts'

const kept: Kept = { kind: 'published', event: 'push', topic: 'gitlab.push', id: 'a' }
const hook: Hook = { id: 'a', source: 'default', receivedAt: 1, headers: {}, body: Buffer.from('{}') }

/** @param inSpool how many older hooks are in the spool */
const keeping = (brokers: 'open' | 'failing' | 'connecting', inSpool: number) => {
  const calls: string[] = []
  const metrics = createMetrics()
  const disk = { isHanging: true }
  const appendAll = async () => {
    calls.push('append')
    if (disk.isHanging) throw new RetriableError('the disk does not answer')
  }
  const answers = {
    open: async () => kept,
    failing: () => new Promise<Kept>(() => {}),
    connecting: () => Promise.reject(new RetriableError('not connected')),
  }
  const deliver = () => {
    calls.push('deliver')
    return answers[brokers]()
  }
  const stages: KeepStages = {
    deliveryPath: {
      deliver: deliverBy(deliver),
      pause: () => {},
      resume: () => {},
      state: () => brokers,
    },
    spools: {
      append: appendAll,
      appendAll,
      isHanging: () => disk.isHanging,
      common: { state: { records: inSpool } },
    },
    publishDeadlineMs: 4000,
    answerWithinMs: 5500,
    names: createNames(''),
    metrics: createIngressMetrics(metrics),
    logger: recordingLogger().logger,
  }
  const placesLost = () => seriesValue(metrics, 'ingress_places_lost_total')
  return { publishOrSpool: createPublishOrSpool(stages), calls, disk, placesLost }
}

for (const inSpool of [0, 3]) {
  test(`with brokers that work, a hook is published at once; ${inSpool} hooks in the spool`, async () => {
    const { publishOrSpool, calls, placesLost } = keeping('open', inSpool)
    assert.deepEqual(await publishOrSpool(hook, performance.now()), kept)
    assert.deepEqual(calls, ['deliver'])
    assert.equal(await placesLost(), inSpool > 0 ? 1 : 0, 'a hook that passes others is counted')
  })

  test(`with brokers that are away, it gets 503 in 1 s; ${inSpool} hooks in the spool`, async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout', 'setInterval'] })
    const { publishOrSpool, calls } = keeping('failing', inSpool)
    const answer = publishOrSpool(hook, performance.now())
    for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate)
    t.mock.timers.tick(1000)
    assert.equal((await answer).kind, 'unavailable')
    assert.deepEqual(calls, ['deliver'])
  })

  test(`without a connection, it gets 503 at once; ${inSpool} hooks in the spool`, async () => {
    const { publishOrSpool, calls } = keeping('connecting', inSpool)
    assert.equal((await publishOrSpool(hook, performance.now())).kind, 'unavailable')
    assert.deepEqual(calls, ['deliver'])
  })

  test(`when the disk answers again, hooks are spooled again; ${inSpool} hooks in the spool`, async () => {
    const { publishOrSpool, disk } = keeping('connecting', inSpool)
    await publishOrSpool(hook, performance.now())
    disk.isHanging = false
    assert.equal((await publishOrSpool(hook, performance.now())).kind, 'spooled')
  })
}
