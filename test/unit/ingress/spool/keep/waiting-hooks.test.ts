import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as nextTask } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { createAcceptedHook } from '../../../../../ingress/spool/keep/accepted-hook.ts'
import { createWaitingHooks, type WaitingHooks } from '../../../../../ingress/spool/keep/waiting-hooks.ts'

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

const acceptHook = (bytes: number) =>
  createAcceptedHook(
    { id: 'a', source: 'default', receivedAt: 0, headers: {}, body: Buffer.allocUnsafeSlow(bytes) },
    0,
    () => undefined,
  )

/** Adds a hook and removes it. */
const passThrough = (waiting: WaitingHooks, bytes: number) => {
  const accepted = acceptHook(bytes)
  waiting.add(accepted)
  waiting.remove(accepted)
  return new WeakRef(accepted)
}

test('the body of a hook that has left is freed, even if few hooks follow it', async () => {
  const waiting = createWaitingHooks()
  const stays = acceptHook(100)
  waiting.add(stays)
  const left = passThrough(waiting, 4 * 1024 * 1024)
  // A WeakRef keeps its hook until the running task ends.
  await nextTask()
  collectGarbage()
  assert.ok(left.deref() === undefined, 'its memory is still held')
  assert.deepEqual(waiting.all(), [stays])
})

test('hooks that have left are not among those that wait, whatever their number', () => {
  const waiting = createWaitingHooks()
  const accepted = Array.from({ length: 300 }, () => acceptHook(10))
  for (const each of accepted) waiting.add(each)
  for (const each of accepted.slice(0, 299)) waiting.remove(each)
  for (const each of accepted.slice(0, 10)) waiting.remove(each)
  assert.deepEqual(waiting.all(), accepted.slice(299))
  assert.deepEqual(
    [waiting.has(accepted[0] ?? assert.fail()), waiting.has(accepted[299] ?? assert.fail())],
    [false, true],
  )
})
