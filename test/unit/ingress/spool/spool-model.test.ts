import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Hook } from '../../../../ingress/hook.ts'
import { parseFrames } from '../../../../ingress/spool/parse-frames.ts'
import { openSpool, type Spool } from '../../../../ingress/spool/spool.ts'
import {
  createForgetfulDisk,
  type ForgetfulDisk,
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

/** The hooks that wait now; none if the spool is empty. */
const peekNow = async (spool: Spool): Promise<readonly Hook[]> => {
  const enough = new AbortController()
  let isOver = false
  const over = spool
    .peek(enough.signal)
    .catch((): Hook[] => [])
    .finally(() => {
      isOver = true
    })
  // The disk is in memory, so that each operation ends after a few turns of the event loop.
  for (let turn = 0; turn < 40 && !isOver; turn++) await new Promise(setImmediate)
  enough.abort()
  return over
}

/** A process with a spool on a disk that fails, and what both of them promise. */
interface Model {
  disk: ForgetfulDisk
  /** The bodies of all hooks that were ever appended, by id. */
  bodies: Map<string, Buffer>
  /** Ids of hooks that were accepted and have not been read yet. */
  owed: Set<string>
  /** Undefined after a crash. */
  spool: Spool | undefined
  lastPeeked: readonly Hook[]
  /** The id, as a number, of the last hook that was read by this process. */
  lastRead: number
  knownCrashes: number
  /** The limit of the spool, or more: a power failure may bring deleted segments back. */
  mostBytes: number
}

const createModel = (): Model => ({
  disk: createForgetfulDisk(),
  bodies: new Map(),
  owed: new Set(),
  spool: undefined,
  lastPeeked: [],
  lastRead: -1,
  knownCrashes: 0,
  mostBytes: maxBytes,
})

/** Opens the spool if no process is running. A start may fail because the disk does; the next one follows. */
const openIn = async (model: Model): Promise<Spool> => {
  while (model.spool === undefined) {
    model.lastPeeked = []
    model.lastRead = -1
    const opening = openSpool(model.disk.mount(), limits, recordingLogger().logger)
    model.spool = await opening.catch(() => undefined)
    model.mostBytes = Math.max(maxBytes, model.spool?.state.bytes ?? 0)
  }
  return model.spool
}

const append = async (model: Model, sizes: readonly number[]) => {
  const spool = await openIn(model)
  const hooks = sizes.map((size): Hook => {
    const id = String(model.bodies.size)
    const body = Buffer.alloc(size, `body of ${id} `)
    model.bodies.set(id, body)
    return { id, source: 'default', receivedAt: Number(id), headers: {}, body }
  })
  const results = await Promise.allSettled(hooks.map((hook) => spool.append(hook)))
  results.forEach((result, index) => {
    if (result.status === 'fulfilled') model.owed.add(hooks[index]?.id ?? '')
  })
  assert.ok(spool.state.bytes <= model.mostBytes, `${spool.state.bytes} bytes are kept`)
}

const peek = async (model: Model) => {
  model.lastPeeked = await peekNow(await openIn(model))
  const numbers = model.lastPeeked.map(({ id }) => Number(id))
  for (const { id, body } of model.lastPeeked) {
    assert.deepEqual(body, model.bodies.get(id), 'every hook that is read was appended')
    assert.ok(Number(id) > model.lastRead, 'in order')
  }
  assert.deepEqual(
    numbers,
    numbers.toSorted((a, b) => a - b),
  )
}

const advance = async (model: Model) => {
  const spool = await openIn(model)
  if (model.lastPeeked.length === 0) return
  for (const { id } of model.lastPeeked) model.owed.delete(id)
  model.lastRead = Math.max(model.lastRead, ...model.lastPeeked.map(({ id }) => Number(id)))
  model.lastPeeked = []
  await spool.advance().catch(() => undefined)
}

const runStep = async (model: Model, step: Step) => {
  const { disk } = model
  if (step.do === 'append') await append(model, step.sizes)
  if (step.do === 'peek') await peek(model)
  if (step.do === 'advance') await advance(model)
  if (step.do === 'fail') disk.fail(step.operation, step.code, step.times)
  if (step.do === 'heal') disk.heal()
  if (step.do === 'crashAt') disk.crashAt(step.change, step.remains)
  if (step.do === 'crash') disk.crash(step.remains, step.doesNoteRevert)
  if (disk.crashes === model.knownCrashes) return
  model.knownCrashes = disk.crashes
  model.spool = undefined
}

/** A last start on a healthy disk. The spool is drained to its end, and nothing may be missing. */
const drainAndCheck = async (model: Model) => {
  const { disk, owed } = model
  disk.heal()
  disk.crash()
  model.spool = undefined
  const { state } = await openIn(model)
  for (let round = 0; round < 200; round++) {
    await peek(model)
    if (model.lastPeeked.length === 0) break
    await advance(model)
  }
  // A segment that could not be read for long enough was skipped and set aside. An operator finds its hooks
  // there.
  for (const segment of disk.aside.values())
    for (const stretch of parseFrames(segment, 0, true).stretches)
      if (stretch.kind === 'hook') owed.delete(stretch.hook.id)
  assert.deepEqual([...owed], [], 'every hook that was accepted is read')
  assert.deepEqual([state.records, state.bytes, state.oldestReceivedAt], [0, 0, null])
  await append(model, [10])
  await peek(model)
  assert.equal(model.lastPeeked.length, 1)
  await advance(model)
  assert.deepEqual([...disk.segments.keys()], [], 'drained hooks take no room')
}

test('whatever the disk and the process do, every accepted hook is read, in order', async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (script) => {
      const model = createModel()
      for (const step of script) await runStep(model, step)
      await drainAndCheck(model)
    }),
    { numRuns: Number(process.env.BRIDGE_TEST_RUNS ?? 300) },
  )
})
