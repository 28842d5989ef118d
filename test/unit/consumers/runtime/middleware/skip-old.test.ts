import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Message } from '../../../../../consumers/consumer.ts'
import { skipOld } from '../../../../../consumers/runtime/middleware/skip-old.ts'
import { message, runContext } from '../../../../helpers/records/run-context.ts'

const now = 10_000

/** Messages with these ages in milliseconds. */
const aged = (...ages: number[]): Message[] =>
  ages.map((age, offset) => message({ offset: String(offset), timestamp: String(now - age) }))

const run = async (messages: readonly Message[]) => {
  const left: string[] = []
  const passed: string[] = []
  const handle = skipOld(
    1000,
    () => now,
    (old) => left.push(...old.map(({ offset }) => offset)),
  )(async (some) => {
    passed.push(...some.map(({ offset }) => offset))
    return some.map(() => 'processed')
  })
  return { outcomes: await handle(messages, runContext().context), left, passed }
}

test('messages up to the maximum age pass', async () => {
  assert.deepEqual(await run(aged(1000, 0)), {
    outcomes: ['processed', 'processed'],
    left: [],
    passed: ['0', '1'],
  })
})

test('older messages at the front are left out; the others come with the next call', async () => {
  assert.deepEqual(await run(aged(1001, 5000, 0)), {
    outcomes: ['too_old', 'too_old'],
    left: ['0', '1'],
    passed: [],
  })
})

test('the messages before the first old one are handled; it comes with the next call', async () => {
  assert.deepEqual(await run(aged(0, 1001, 0)), { outcomes: ['processed'], left: [], passed: ['0'] })
})
