import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Hook } from '../../../../ingress/hook.ts'
import { parseFrames } from '../../../../ingress/spool/frame.ts'
import { openSpool, type Spool } from '../../../../ingress/spool/spool.ts'
import {
  createForgetfulDisk,
  type Operation,
  operations,
  type Remains,
} from '../../../helpers/faults/forgetful-folder.ts'
import { spoolLimits } from '../../../helpers/faults/spool-limits.ts'
import { recordingLogger } from '../../../helpers/process/recording-logger.ts'

const maxBytes = 2000
const limits = spoolLimits(maxBytes, 700)

type Step =
  | { do: 'append'; sizes: number[] }
  | { do: 'peek' | 'advance' | 'heal' }
  | { do: 'fail'; operation: Operation; times: number; code: 'EIO' | 'ENOSPC' }
  | { do: 'crash'; remains: Remains; doesNoteRevert: boolean }
  | { do: 'crashAt'; change: number; remains: Remains }

const remains = fc.constantFrom<Remains>('nothing', 'half', 'zeros', 'everything')
const drain: Step[] = [{ do: 'peek' }, { do: 'advance' }]
const steps = fc
  .array(
    fc.oneof(
      {
        weight: 6,
        arbitrary: fc
          .array(fc.integer({ min: 0, max: 500 }), { minLength: 1, maxLength: 4 })
          .map((sizes): Step[] => [{ do: 'append', sizes }]),
      },
      { weight: 2, arbitrary: fc.constant<Step[]>([{ do: 'peek' }]) },
      { weight: 5, arbitrary: fc.constant(drain) },
      {
        weight: 2,
        arbitrary: fc
          .record({
            operation: fc.constantFrom(...operations),
            times: fc.integer({ min: 1, max: 3 }),
            code: fc.constantFrom('EIO', 'ENOSPC'),
          })
          .map((failure): Step[] => [{ do: 'fail', ...failure }]),
      },
      { weight: 1, arbitrary: fc.constant<Step[]>([{ do: 'heal' }]) },
      {
        weight: 2,
        arbitrary: fc
          .record({ remains, doesNoteRevert: fc.boolean() })
          .map((crash): Step[] => [{ do: 'crash', ...crash }]),
      },
      {
        weight: 2,
        arbitrary: fc
          .record({ change: fc.integer({ min: 1, max: 6 }), remains })
          .map((crash): Step[] => [{ do: 'crashAt', ...crash }]),
      },
    ),
    { maxLength: 40 },
  )
  .map((groups) => groups.flat())

/** Everything that waits now; nothing where the spool is empty. */
const peekNow = async (spool: Spool): Promise<readonly Hook[]> => {
  const enough = new AbortController()
  let isOver = false
  const over = spool
    .peek(enough.signal)
    .catch((): Hook[] => [])
    .finally(() => {
      isOver = true
    })
  // The disk is in memory: whatever it is asked for is there after a few turns.
  for (let turn = 0; turn < 40 && !isOver; turn++) await new Promise(setImmediate)
  enough.abort()
  return over
}

/** A process with a spool on a disk that fails it, and what everybody is entitled to expect of the two. */
const createModel = () => {
  const disk = createForgetfulDisk()
  const bodies = new Map<string, Buffer>()
  /** Answered 202, and not known to be anywhere else. */
  const owed = new Set<string>()
  let spool: Spool | undefined
  let lastPeeked: readonly Hook[] = []
  let lastRead = -1
  let crashes = 0
  /** A power failure may bring back more than a spool takes. */
  let mostBytes = maxBytes

  const open = async (): Promise<Spool> => {
    for (;;) {
      if (spool !== undefined) return spool
      lastPeeked = []
      lastRead = -1
      try {
        spool = await openSpool(disk.mount(), limits, recordingLogger().logger)
        mostBytes = Math.max(maxBytes, spool.state.bytes)
      } catch {
        // A start may fail on a disk that fails; the next one comes.
      }
    }
  }

  const append = async (sizes: readonly number[]) => {
    const target = await open()
    const hooks = sizes.map((size): Hook => {
      const id = String(bodies.size)
      const body = Buffer.alloc(size, `body of ${id} `)
      bodies.set(id, body)
      return { id, source: 'default', receivedAt: Number(id), headers: {}, body }
    })
    const results = await Promise.allSettled(hooks.map((hook) => target.append(hook)))
    results.forEach((result, index) => {
      if (result.status === 'fulfilled') owed.add(hooks[index]?.id ?? '')
    })
    assert.ok(target.state.bytes <= mostBytes, `${target.state.bytes} bytes are kept`)
  }

  const peek = async () => {
    const target = await open()
    lastPeeked = await peekNow(target)
    const numbers = lastPeeked.map(({ id }) => Number(id))
    for (const hook of lastPeeked) {
      assert.deepEqual(hook.body, bodies.get(hook.id), 'what is read was appended')
      assert.ok(Number(hook.id) > lastRead, 'in order')
    }
    assert.deepEqual(
      numbers,
      numbers.toSorted((a, b) => a - b),
    )
  }

  const advance = async () => {
    const target = await open()
    if (lastPeeked.length === 0) return
    for (const { id } of lastPeeked) owed.delete(id)
    lastRead = Math.max(lastRead, ...lastPeeked.map(({ id }) => Number(id)))
    lastPeeked = []
    await target.advance().catch(() => undefined)
  }

  const run = async (step: Step) => {
    if (step.do === 'append') await append(step.sizes)
    if (step.do === 'peek') await peek()
    if (step.do === 'advance') await advance()
    if (step.do === 'fail') disk.fail(step.operation, step.code, step.times)
    if (step.do === 'heal') disk.heal()
    if (step.do === 'crashAt') disk.crashAt(step.change, step.remains)
    if (step.do === 'crash') disk.crash(step.remains, step.doesNoteRevert)
    if (disk.crashes !== crashes) {
      crashes = disk.crashes
      spool = undefined
    }
  }

  /** A last start on a healthy disk, drained to its end. */
  const settle = async () => {
    disk.heal()
    disk.crash()
    spool = undefined
    await open()
    for (let rounds = 0; rounds < 200; rounds++) {
      await peek()
      if (lastPeeked.length === 0) break
      await advance()
    }
    const state = (await open()).state
    // A disk that fails to read long enough is taken at its word: what it may have lost is there for somebody to look at.
    for (const segment of disk.aside.values())
      for (const stretch of parseFrames(segment, 0, true).stretches)
        if (stretch.kind === 'hook') owed.delete(stretch.hook.id)
    assert.deepEqual([...owed], [], 'every hook that was answered is read')
    assert.deepEqual([state.records, state.bytes, state.oldestReceivedAt], [0, 0, null])
    await append([10])
    await peek()
    assert.equal(lastPeeked.length, 1)
    await advance()
    assert.deepEqual([...disk.segments.keys()], [], 'what has been drained takes no room')
  }
  return { run, settle }
}

test('whatever is appended, read and passed, and wherever the disk or the process fails: what was answered is read, in order, once it is asked for', async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (script) => {
      const model = createModel()
      for (const step of script) await model.run(step)
      await model.settle()
    }),
    { numRuns: Number(process.env.BRIDGE_TEST_RUNS ?? 300) },
  )
})
