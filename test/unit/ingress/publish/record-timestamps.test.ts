import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createRecordTimestamps } from '../../../../ingress/publish/record-timestamps.ts'
import type { PlacedMessage, Sender } from '../../../../ingress/publish/sender.ts'
import { recordingLogger } from '../../../helpers/process/recording-logger.ts'

const hour = 3_600_000
const day = 24 * hour
const real = Date.parse('2026-06-01T12:00:00Z')
const refused = () =>
  Object.assign(new Error('the timestamp is out of range'), {
    name: 'KafkaJSProtocolError',
    type: 'INVALID_TIMESTAMP',
  })
const message = (timestamp: number): PlacedMessage => ({
  topic: 'gitlab.push',
  partition: 0,
  key: '1',
  value: Buffer.alloc(1),
  headers: {},
  timestamp: String(timestamp),
})

/** Brokers that accept timestamps between these limits, relative to the real time. */
const sending = (clocks: { wall: number; steady: number }, { oldest = -1e13, newest = hour } = {}) => {
  const requests: number[][] = []
  const { logger, lines } = recordingLogger()
  const sender: Sender = {
    send: async (batch) => {
      const times = batch.map(({ timestamp }) => Number(timestamp) - real)
      requests.push(times)
      if (times.some((time) => time > newest || time < oldest)) throw refused()
      return new Set(['gitlab.push/0'])
    },
    abandon: () => {},
    close: async () => {},
  }
  const timestamps = createRecordTimestamps({
    logger,
    wallClock: () => clocks.wall,
    steadyClock: () => clocks.steady,
  })
  const { send } = timestamps.wrap(sender)
  return { send, requests, lines }
}

test('a record has the time at which its hook was received', async () => {
  const { send, requests } = sending({ wall: real, steady: real })
  await send([message(real - 5), message(real - day)])
  assert.deepEqual(requests, [[-5, -day]])
})

test('a hook that was received while the clock was ahead gets the time at which it is sent', async () => {
  const { send, requests } = sending({ wall: real, steady: real })
  await send([message(real + day), message(real - 5)])
  assert.deepEqual(requests, [[0, -5]])
})

test('while the clock is ahead since a step, the time of the steady clock is used', async () => {
  const clocks = { wall: real + day, steady: real }
  const { send, requests, lines } = sending(clocks)
  await send([message(real + day)])
  assert.equal(requests.at(-1)?.[0], 0)
  assert.equal(lines.filter(({ level }) => level === 'warn').length, 1)
  requests.length = 0
  await send([message(real + day + 1)])
  assert.deepEqual(requests, [[0]], 'what was accepted is remembered')
  clocks.wall = real
  clocks.steady += 61_000
  requests.length = 0
  await send([message(real - 1)])
  assert.deepEqual(requests, [[-1]], 'the real time is tried again')
})

for (const aheadMs of [2 * hour, day, 400 * day])
  test(`a clock that is ${aheadMs / hour} hours ahead keeps no record from its topic`, async () => {
    const { send, requests } = sending({ wall: real + aheadMs, steady: real + aheadMs })
    await send([message(real + aheadMs)])
    const [accepted = 0] = requests.at(-1) ?? []
    assert.ok(accepted <= hour && accepted > -2 * aheadMs, `${accepted / hour} hours`)
  })

test('a hook that waited longer than the brokers accept gets the time at which it is sent', async () => {
  const { send, requests } = sending({ wall: real, steady: real }, { oldest: -day })
  await send([message(real - 3 * day), message(real)])
  assert.deepEqual(requests.at(-1), [0, 0])
})

test('other errors are not tried again here', async () => {
  const { logger } = recordingLogger()
  let sends = 0
  const { send } = createRecordTimestamps({ logger }).wrap({
    send: () => {
      sends += 1
      return Promise.reject(new Error('the connection is lost'))
    },
    abandon: () => {},
    close: async () => {},
  })
  await assert.rejects(send([message(real)]), /lost/)
  assert.equal(sends, 1)
})
