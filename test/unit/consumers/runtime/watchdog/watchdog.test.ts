import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Verdict } from '../../../../../consumers/runtime/watchdog/stall-detector.ts'
import { startWatchdog } from '../../../../../consumers/runtime/watchdog/watchdog.ts'
import { eventually } from '../../../../helpers/process/eventually.ts'
import { recordingLogger } from '../../../../helpers/process/recording-logger.ts'

const watch = (t: { after(end: () => void): void }, verdicts: (Verdict | Error)[], join = async () => {}) => {
  const happened: string[] = []
  const { logger, lines } = recordingLogger()
  const end = startWatchdog({
    poll: async () => {
      const verdict = verdicts.shift() ?? 'moving'
      if (verdict instanceof Error) throw verdict
      return verdict
    },
    everyMs: 1,
    replaceClient: () => {
      happened.push('replace')
      return join()
    },
    fail: (error) => void happened.push(error.message),
    logger,
  })
  t.after(end)
  return { happened, lines, verdicts }
}

test('a client without progress is replaced once, and if this does not help, the process ends', async (t) => {
  const { happened } = watch(t, ['moving', 'stuck', 'moving', 'stuck again'])
  await eventually(() =>
    assert.deepEqual(happened, [
      'replace',
      'records are waiting and nothing moves, even with a new Kafka client',
    ]),
  )
})

test('the process also ends when the new client cannot join', async (t) => {
  const { happened, lines } = watch(t, ['stuck', 'moving', 'stuck again'], () =>
    Promise.reject(new Error('it did not join in time')),
  )
  await eventually(() =>
    assert.deepEqual(happened, [
      'replace',
      'records are waiting and nothing moves, even with a new Kafka client',
    ]),
  )
  assert.deepEqual(
    lines.map(({ message }) => message),
    [
      'records are waiting and nothing moves: the Kafka client is replaced',
      'the new Kafka client could not join the group',
    ],
  )
})

test('a client that made progress in between is replaced again', async (t) => {
  const { happened } = watch(t, ['stuck', 'moving', 'stuck'])
  await eventually(() => assert.deepEqual(happened, ['replace', 'replace']))
})

test('a hung handler ends the process at once', async (t) => {
  const { happened } = watch(t, ['hung'])
  await eventually(() => assert.deepEqual(happened, ['a handler has not ended long after its time limit']))
})

test('nothing is done while the brokers do not answer', async (t) => {
  const { happened, lines } = watch(t, [new Error('no brokers')])
  await eventually(() =>
    assert.deepEqual(
      lines.map(({ fields }) => fields.error),
      ['no brokers'],
    ),
  )
  assert.deepEqual(happened, [])
})
