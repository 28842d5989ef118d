import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { headOf } from '../../../../../consumers/push-author-log/model/head.ts'
import { reconcileRef } from '../../../../../consumers/push-author-log/model/reconcile.ts'
import type { PushLine } from '../../../../../consumers/push-author-log/push-line.ts'
import { pushLine, secondOf, updateLine } from '../../../../helpers/records/push-lines.ts'

/** One move of a ref as it happened, by the user with this number. */
interface Move {
  before: string
  after: string
  user: number
}

/** How often a stream reports a move: not at all, once, by two hooks, or with a later repeat. */
type Telling = 'missing' | 'once' | 'by two hooks' | 'resent later'

interface Stream {
  source: string
  source_event: 'push' | 'repository_update'
  tellings: Telling[]
}

const commits = ['A', 'B', 'C', 'D']

/** A true history: every move begins where the one before has ended. */
const histories = fc
  .array(fc.record({ step: fc.nat({ max: commits.length - 2 }), user: fc.nat({ max: 2 }) }), {
    minLength: 1,
    maxLength: 12,
  })
  .map((steps) => {
    let at = 0
    return steps.map(({ step, user }): Move => {
      const from = at
      at = (at + 1 + step) % commits.length
      return { before: commits[from] ?? '', after: commits[at] ?? '', user }
    })
  })

const streamsOf = (tellings: fc.Arbitrary<Telling>): fc.Arbitrary<Stream[]> => {
  const each = fc.array(tellings, { minLength: 12, maxLength: 12 })
  return fc.tuple(each, each, each).map(([one, two, three]) => [
    { source: 'system', source_event: 'repository_update', tellings: one },
    { source: 'system', source_event: 'push', tellings: two },
    { source: 'group', source_event: 'push', tellings: three },
  ])
}

/** The lines of one stream, in the order of their arrival. */
const linesOfStream = (history: readonly Move[], { source, source_event, tellings }: Stream): PushLine[] => {
  const make = source_event === 'push' ? pushLine : updateLine
  return history.flatMap(({ before, after, user }, number) => {
    const who = { user_id: user, user_username: source_event === 'push' ? `user-${user}` : null }
    const line = (id: string) =>
      make({ before, after, ...who, source, source_event, delivery_id: `${source} ${source_event} ${id}` })
    const telling = tellings[number]
    if (telling === 'missing') return []
    if (telling === 'by two hooks') return [line(`${number}`), line(`${number} again`)]
    return [line(`${number}`)]
  })
}

/** Merges the streams in any order, and stamps the lines with the time of their arrival. */
const arrive = (streams: readonly PushLine[][], order: readonly number[]): PushLine[] => {
  const rest = streams.map((lines) => [...lines])
  const arrived: PushLine[] = []
  for (let turn = 0; rest.some((lines) => lines.length > 0); turn++) {
    const waiting = rest.filter((lines) => lines.length > 0)
    const next = waiting[(order[turn % order.length] ?? 0) % waiting.length]?.shift()
    if (next !== undefined) arrived.push({ ...next, pushed_at: secondOf(arrived.length) })
  }
  return arrived
}

const resendSome = (arrived: readonly PushLine[], seed: number): PushLine[] => {
  const resent = arrived.filter((_, index) => (index * 7 + seed) % 5 === 0)
  return [...arrived, ...resent.map((line, index) => ({ ...line, pushed_at: secondOf(1000 + index) }))]
}

const runs = { numRuns: 1000 }
const orders = fc.array(fc.nat({ max: 2 }), { minLength: 1, maxLength: 40 })
const seeds = fc.nat({ max: 100 })
const complete = streamsOf(fc.constantFrom<Telling>('once', 'by two hooks'))
const lossy = streamsOf(fc.constantFrom<Telling>('missing', 'once', 'by two hooks'))

test('hooks that report every move give the true history, in whatever order they came', () => {
  fc.assert(
    fc.property(
      histories,
      complete,
      orders,
      seeds,
      fc.nat({ max: 6 }),
      (history, all, order, seed, which) => {
        const streams = all.filter((_, index) => which === 0 || which === 6 || index !== which % 3)
        const arrived = arrive(
          streams.map((stream) => linesOfStream(history, stream)),
          order,
        )
        const pushes = reconcileRef(shuffled(resendSome(arrived, seed), seed))
        const found = pushes.map(({ line: { before, after, user_id } }) => ({ before, after, user: user_id }))
        assert.deepEqual(found, history)
        assert.deepEqual(headOf(pushes), pushes.at(-1))
        const named = pushes.every(({ line }) => line.user_username === `user-${line.user_id}`)
        assert.equal(named, true, 'each line is the one that names the user')
        assert.ok(pushes.every(({ line }) => !line.suspected_test))
      },
    ),
    runs,
  )
})

test('where hooks are missing, each change counts as often as in the stream that has it most often', () => {
  fc.assert(
    fc.property(histories, lossy, orders, seeds, (history, streams, order, seed) => {
      const lines = streams.map((stream) => linesOfStream(history, stream))
      const counts = streams.map(({ tellings }) =>
        countsOf(history.filter((_, n) => tellings[n] !== 'missing')),
      )
      const expected = new Map<string, number>()
      for (const count of counts)
        for (const [change, times] of count) expected.set(change, Math.max(expected.get(change) ?? 0, times))
      const pushes = reconcileRef(shuffled(resendSome(arrive(lines, order), seed), seed))
      const found = new Map<string, number>()
      for (const { line } of pushes) {
        const change = `${line.before} ${line.after}`
        found.set(change, (found.get(change) ?? 0) + 1)
      }
      assert.deepEqual(new Map([...found].sort()), new Map([...expected].sort()))
    }),
    runs,
  )
})

test('the head is found in whatever order the hooks arrive, as long as no change recurs', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 20 }), seeds, (moves, seed) => {
      const lines = Array.from({ length: moves }, (_, number) =>
        pushLine({ before: `sha ${number}`, after: `sha ${number + 1}`, delivery_id: `${number}` }),
      )
      const arrived = shuffled(lines, seed).map((line, second) => ({ ...line, pushed_at: secondOf(second) }))
      assert.equal(headOf(reconcileRef(arrived))?.line.after, `sha ${moves}`)
    }),
    runs,
  )
})

/** How often each change occurs, where equal changes in succession count once. */
const countsOf = (moves: readonly Move[]): Map<string, number> => {
  const counts = new Map<string, number>()
  let last = ''
  for (const { before, after } of moves) {
    const change = `${before} ${after}`
    if (change !== last) counts.set(change, (counts.get(change) ?? 0) + 1)
    last = change
  }
  return counts
}

const shuffled = <T>(items: readonly T[], seed: number): T[] =>
  items
    .map((item, index) => ({ item, key: Math.sin(seed * 1000 + index) }))
    .sort((one, other) => one.key - other.key)
    .map(({ item }) => item)
