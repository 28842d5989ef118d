import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Result } from '../../../../../ingress/record/large/job.ts'
import {
  type ChildLimits,
  createLimitedChild,
  type Ended,
} from '../../../../../ingress/record/large/limited-child.ts'
import { toPrepared } from '../../../../../ingress/record/large/prepare-large.ts'
import type { QuarantineCause } from '../../../../../ingress/record/quarantine-cause.ts'
import { RetriableError } from '../../../../../lib/errors.ts'
import { decode, hookOf } from '../../../../helpers/records/deliver.ts'
import { factsOf } from '../../../../helpers/records/large-bodies.ts'

const childWith = (limits: Partial<ChildLimits> = {}) => {
  const child = createLimitedChild('', process.env, {
    time: { cpuMs: 20_000, wallMs: 60_000 },
    heapMegabytes: 160,
    idleMs: 30_000,
    ...limits,
  })
  after(() => child.stop())
  const keys: [topic: string, key: string][] = []
  const run = (body: string, cause?: QuarantineCause) =>
    child.run({ hook: hookOf(body), cause, ...factsOf(32 * 2 ** 20) }, (...key) => void keys.push(key))
  return { ...child, run, keys }
}
/** The limit that ended the child. A difference of whole results would take minutes to print. */
const endOf = (result: Result | Ended) => (result.kind === 'ended' ? result.limit : undefined)

const push = (commits: string) =>
  `{"object_kind":"push","project_id":1,"before":"a","after":"b","ref":"c","commits":[${commits}]}`
const genuine = push(`{"id":"1","message":"${'€'.repeat(300_000)}"}`)
/** Each object has a key of its own, so the parser needs seconds. */
const slow = push(Array.from({ length: 400_000 }, (_, index) => `{"k${index}":1}`).join(','))
/** An empty commit becomes a record with a dozen fields. */
const memoryHungry = push(`${'{},'.repeat(600_000)}{}`)

test('a large body is prepared; the child is used again, and started again after an idle time', async () => {
  const { run, keys } = childWith({ idleMs: 50 })
  for (const pauseMs of [0, 0, 200, 0]) {
    await sleep(pauseMs)
    const result = await run(genuine)
    assert.ok(result.kind === 'prepared', endOf(result))
    assert.deepEqual([result.prepared.message.topic, result.prepared.message.key], ['gitlab.push', '1'])
    const { message } = toPrepared(hookOf(genuine), result)
    assert.ok(((await decode(message.value)).raw as Buffer).equals(Buffer.from(genuine)))
    assert.ok(result.prepared.message.endsWithBody)
  }
  assert.deepEqual(keys, Array(4).fill(['gitlab.push', '1']))
})

test('a body that takes too long ends the child, again and again; the next body gets a new one', async () => {
  const { run } = childWith({ time: { cpuMs: 300, wallMs: 60_000 } })
  for (let round = 0; round < 2; round++) {
    assert.equal(endOf(await run(slow)), 'time')
    assert.equal(endOf(await run('{}')), undefined)
  }
})

test('a body that needs too much memory ends the child, and can be quarantined by the next one', async () => {
  const { run } = childWith({ heapMegabytes: 60 })
  for (let round = 0; round < 2; round++) {
    assert.equal(endOf(await run(memoryHungry)), 'memory')
    const result = await run(memoryHungry, { reason: 'too_complex', detail: 'x' })
    assert.ok(result.kind === 'prepared' && result.prepared.event === 'quarantine')
  }
})

test('a stopped child rejects its job', async () => {
  const { run, stop } = childWith()
  await run('{}')
  const rejected = assert.rejects(run(slow), RetriableError)
  stop()
  await rejected
})
