import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import type { Hook } from '../../../../../ingress/hook.ts'
import { createIntervals } from '../../../../../ingress/spool/intervals/intervals.ts'
import { eventually } from '../../../../helpers/process/eventually.ts'
import { recordingLogger } from '../../../../helpers/process/recording-logger.ts'
import { temporaryFolder } from '../../../../helpers/process/temporary-folder.ts'
import { deliver } from '../../../../helpers/records/deliver.ts'

/** An ingress whose spool takes hooks while `spool.hasRoom`. Its heartbeat is written without a pause. */
const ingressIn = (folder: string, clock: { now: number }) => {
  const { logger, lines } = recordingLogger()
  const spool = { hasRoom: true, hooks: [] as Hook[], attempts: 0 }
  const file = join(folder, 'heartbeat.json')
  const intervals = createIntervals({
    file,
    append: async (hook) => {
      spool.attempts++
      if (!spool.hasRoom) throw new Error('the spool is full')
      spool.hooks.push(hook)
    },
    logger,
    now: () => clock.now,
    heartbeatMs: 5,
  })
  const read = async () => JSON.parse(await readFile(file, 'utf8').catch(() => '{}'))
  return { intervals, spool, lines, file, read }
}

const bodyOf = (hook: Hook | undefined) => JSON.parse(hook?.body.toString() ?? 'null')
const iso = (ms: number) => new Date(ms).toISOString()

test('the first start reports nothing, and the next one from the last heartbeat to the start', async (t) => {
  const folder = await temporaryFolder(t)
  const clock = { now: 1000 }
  const first = ingressIn(folder, clock)
  first.intervals.start()
  await eventually(async () => assert.equal((await first.read()).at, 1000))
  clock.now = 5000
  await eventually(async () => assert.equal((await first.read()).at, 5000))
  await first.intervals.stop()
  assert.deepEqual(first.spool.hooks, [])

  clock.now = 9000
  const second = ingressIn(folder, clock)
  second.intervals.start()
  await eventually(() => assert.equal(second.spool.hooks.length, 1))
  const { ingress } = await second.read()
  assert.deepEqual(bodyOf(second.spool.hooks[0]), { kind: 'down', from: iso(5000), to: iso(9000), ingress })
  await second.intervals.stop()
})

test('refused hooks are reported as one interval, which ends when the spool takes it', async (t) => {
  const clock = { now: 1000 }
  const { intervals, spool, read } = ingressIn(await temporaryFolder(t), clock)
  intervals.start()
  await eventually(async () => assert.equal((await read()).at, 1000))
  spool.hasRoom = false
  intervals.noteRefused()
  intervals.noteRefused()
  await eventually(() => assert.ok(spool.attempts >= 2))
  clock.now = 7000
  intervals.noteRefused()
  await eventually(async () => assert.equal((await read()).owed[0]?.refused, 3))
  spool.hasRoom = true
  await eventually(async () => assert.deepEqual((await read()).owed, []))
  const { ingress } = await read()
  assert.deepEqual(spool.hooks.map(bodyOf), [
    { kind: 'refusing', refused: 3, from: iso(1000), to: iso(7000), ingress },
  ])
  await intervals.stop()
})

test('an interval that the spool did not take is reported by the next process under its id', async (t) => {
  const folder = await temporaryFolder(t)
  const clock = { now: 1000 }
  const first = ingressIn(folder, clock)
  first.intervals.start()
  first.spool.hasRoom = false
  first.intervals.noteRefused()
  await eventually(async () => assert.equal((await first.read()).owed?.length, 1))
  await first.intervals.stop()
  const [{ id }] = (await first.read()).owed
  clock.now = 2000
  const second = ingressIn(folder, clock)
  second.intervals.start()
  await eventually(() => assert.equal(second.spool.hooks.length, 2))
  assert.deepEqual(
    second.spool.hooks.map((hook) => bodyOf(hook).kind),
    ['refusing', 'down'],
  )
  assert.equal(second.spool.hooks[0]?.id, id)
  await second.intervals.stop()
})

test('an unreadable heartbeat is a warning, and no interval is negative', async (t) => {
  const folder = await temporaryFolder(t)
  await writeFile(join(folder, 'heartbeat.json'), '{"at":')
  const clock = { now: 5000 }
  const first = ingressIn(folder, clock)
  first.intervals.start()
  await eventually(async () => assert.equal((await first.read()).at, 5000))
  assert.match(String(first.lines[0]?.message), /cannot be read/)
  await first.intervals.stop()
  clock.now = 4000
  const second = ingressIn(folder, clock)
  second.intervals.start()
  await eventually(() => assert.equal(second.spool.hooks.length, 1))
  assert.deepEqual(
    [bodyOf(second.spool.hooks[0]).from, bodyOf(second.spool.hooks[0]).to],
    [iso(5000), iso(5000)],
  )
  await second.intervals.stop()
})

test('an interval becomes a record of its own topic, and no sender can make one', async (t) => {
  const clock = { now: 1000 }
  const { intervals, spool, read } = ingressIn(await temporaryFolder(t), clock)
  intervals.start()
  intervals.noteRefused()
  await eventually(() => assert.equal(spool.hooks.length, 1))
  const [hook] = spool.hooks
  assert.ok(hook)
  const { event, message, decoded } = await deliver(hook)
  const { ingress } = await read()
  await intervals.stop()
  assert.deepEqual(
    [event, message.topic, message.key],
    ['interval', 'gitlab-bridge.intervals', `ingress:${ingress}`],
  )
  assert.deepEqual([decoded.kind, decoded.from, decoded.refused], ['refusing', 1000, 1])
  assert.deepEqual([decoded.delivery.source, decoded.delivery.coercion_faults], ['bridge:ingress', []])

  const forged = await deliver({ ...hook, headers: { 'x-gitlab-event': 'Interval Hook' } })
  assert.equal(forged.message.topic, 'gitlab.unknown')
  const named = { ...bodyOf(hook), object_kind: 'interval' }
  const other = await deliver({ ...hook, headers: {}, body: Buffer.from(JSON.stringify(named)) })
  assert.equal(other.message.topic, 'gitlab.unknown')
})
