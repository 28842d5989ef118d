// Hooks, deadlines, answers of the brokers and failures of the disk in any order: nothing that was answered
// with 2xx is lost, and no hook overtakes an older one of its topic.
import assert from 'node:assert/strict'
import { syncBuiltinESMExports } from 'node:module'
import { mock, test } from 'node:test'
import fc from 'fast-check'
import {
  chunksTopic,
  createOrderedIngress,
  orderTopics,
  settle,
} from '../../../../helpers/records/ordered-ingress.ts'

mock.timers.enable({ apis: ['setTimeout', 'setInterval'] })
// Without this, modules that import `setTimeout` of node:timers/promises by name keep the real one.
syncBuiltinESMExports()

type Ingress = Awaited<ReturnType<typeof createOrderedIngress>>
type Step = (ingress: Ingress) => void | Promise<void>

const accept = (topic: string, isChunked: boolean, bytes: number): Step =>
  Object.assign((ingress: Ingress) => ingress.accept(topic, { isChunked, bytes }), {
    toString: () => `accept ${topic} ${isChunked ? 'chunked' : ''} ${bytes}`,
  })
const named = (name: string, step: Step): Step => Object.assign(step, { toString: () => name })

/** The disk gets its turns before: otherwise a write would seem to hang. */
const pass = (ms: number) =>
  named(`pass ${ms} ms`, async () => {
    await settle(10)
    mock.timers.tick(ms)
  })
const turn = (turns: number) => named(`${turns} turns`, () => settle(turns))
const answer = (result: Parameters<Ingress['answerRequest']>[0]) =>
  named(`brokers: ${result}`, ({ answerRequest }) => answerRequest(result))
const failDisk = named('the next append fails', ({ disk }) => disk.fail('append', 'ENOSPC'))
const breakTopic = (topic: string) =>
  named(`${topic} breaks`, ({ brokenTopics }) => void brokenTopics.add(topic))
const healTopics = named('all topics are back', ({ brokenTopics }) => brokenTopics.clear())

const steps = fc.array(
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc
        .tuple(fc.constantFrom(...orderTopics), fc.boolean(), fc.constantFrom(10, 10, 4000))
        .map((given) => accept(...given)),
    },
    { weight: 4, arbitrary: fc.constantFrom(1, 2, 5, 20).map(turn) },
    { weight: 3, arbitrary: fc.constantFrom(100, 500, 1000).map(pass) },
    {
      weight: 4,
      arbitrary: fc
        .constantFrom(...(['ok', 'ok', 'lost', 'late', 'nothing acknowledged'] as const))
        .map(answer),
    },
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        failDisk,
        breakTopic('gitlab.push'),
        breakTopic(chunksTopic),
        healTopics,
        healTopics,
      ),
    },
  ),
  { minLength: 5, maxLength: 60 },
)

/** A hook lost its reserved place, and the next one was sent while both were being spooled. */
const chunksFail = [
  accept('gitlab.push', true, 10),
  answer('nothing acknowledged'),
  ...[pass(100), pass(100)],
  accept('gitlab.push', false, 10),
  answer('nothing acknowledged'),
  ...[pass(100), turn(1)],
  accept('gitlab.push', false, 10),
  ...[answer('ok'), turn(1)],
]

const run = async (script: readonly Step[]): Promise<void> => {
  const ingress = await createOrderedIngress({ maxQueuedBytes: 9000, answerWithinMs: 1e6 })
  for (const step of script) await step(ingress)
  ingress.heal()
  const isDone = () =>
    ingress.accepted.every(({ outcome }) => outcome !== undefined) && ingress.spools.state().records === 0
  for (let round = 0; round < 200 && !isDone(); round++) {
    mock.timers.tick(1000)
    await settle(30)
  }
  assert.ok(isDone(), 'every hook has an answer, and the spool is empty')
  void ingress.stop()

  assert.deepEqual(ingress.withoutChunks, [], 'chunks are written before their records')
  const kept = ingress.accepted.filter(({ outcome }) => outcome && !('reason' in outcome))
  if (!script.includes(failDisk)) assert.equal(kept.length, ingress.accepted.length, 'none is refused')
  for (const topic of orderTopics) {
    const first = ingress.firstOccurrences(topic)
    const keptIds = kept.filter((hook) => hook.topic === topic).map(({ id }) => id)
    assert.deepEqual(
      keptIds.filter((id) => !first.includes(id)),
      [],
      'nothing answered with 2xx is lost',
    )
    const inLog = first.filter((id) => keptIds.includes(id))
    if (!ingress.disorder.isExcused) assert.deepEqual(inLog, keptIds, `${topic} is in order`)
  }
}

test('whatever fails, no hook is lost or overtakes an older one', async () => {
  await fc.assert(fc.asyncProperty(steps, run), { numRuns: 400, examples: [[chunksFail]] })
})
