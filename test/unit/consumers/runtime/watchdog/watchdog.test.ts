import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Verdict } from '../../../../../consumers/runtime/watchdog/stall-detector.ts'
import { keepWatch } from '../../../../../consumers/runtime/watchdog/watchdog.ts'
import { eventually } from '../../../../helpers/process/eventually.ts'
import { recordingLogger } from '../../../../helpers/process/recording-logger.ts'

const watch = (t: { after(end: () => void): void }, verdicts: (Verdict | Error)[], join = async () => {}) => {
  const happened: string[] = []
  const { logger, lines } = recordingLogger()
  const end = keepWatch({
    look: async () => {
      const verdict = verdicts.shift() ?? 'moving'
      if (verdict instanceof Error) throw verdict
      return verdict
    },
    everyMs: 1,
    rebuild: () => {
      happened.push('rebuild')
      return join()
    },
    fail: (error) => void happened.push(error.message),
    logger,
  })
  t.after(end)
  return { happened, lines, verdicts }
}

test('a client that does not move is replaced once; when that brings nothing the process ends', async (t) => {
  const { happened } = watch(t, ['moving', 'stuck', 'moving', 'stuck again'])
  await eventually(() =>
    assert.deepEqual(happened, [
      'rebuild',
      'records are waiting and nothing moves, even with a new Kafka client',
    ]),
  )
})

test('a new client that cannot even join is the end as well', async (t) => {
  const { happened, lines } = watch(t, ['stuck', 'moving', 'stuck again'], () =>
    Promise.reject(new Error('it did not join in time')),
  )
  await eventually(() =>
    assert.deepEqual(happened, [
      'rebuild',
      'records are waiting and nothing moves, even with a new Kafka client',
    ]),
  )
  assert.deepEqual(
    lines.map(({ message }) => message),
    [
      'records are waiting and nothing moves: taking a new Kafka client',
      'the new Kafka client could not join',
    ],
  )
})

test('a client that moved in between is replaced again', async (t) => {
  const { happened } = watch(t, ['stuck', 'moving', 'stuck'])
  await eventually(() => assert.deepEqual(happened, ['rebuild', 'rebuild']))
})

test('a handler that hangs ends the process at once', async (t) => {
  const { happened } = watch(t, ['hung'])
  await eventually(() => assert.deepEqual(happened, ['a handler has not ended long after its time was up']))
})

test('brokers that do not answer are no reason to do anything', async (t) => {
  const { happened, lines } = watch(t, [new Error('no brokers')])
  await eventually(() =>
    assert.deepEqual(
      lines.map(({ fields }) => fields.error),
      ['no brokers'],
    ),
  )
  assert.deepEqual(happened, [])
})
