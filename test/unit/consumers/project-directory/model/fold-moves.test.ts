import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { foldMoves } from '../../../../../consumers/project-directory/model/fold-moves.ts'
import {
  type Move,
  type RefBase,
  refHeadOf,
} from '../../../../../consumers/project-directory/model/ref-head.ts'

const hourMs = 3_600_000
const streams = ['default push', 'default repository_update']

/** The reports of one push, from each stream one, received seconds apart. */
const reportsOf = (number: number, before: string, after: string, at: number, late: number): Move[] =>
  streams.map((stream, index) => ({
    stream,
    deliveryId: `${stream} ${number}`,
    before,
    after,
    at: at + index * late,
    userId: number,
    userName: null,
  }))

/** Pushes one after the other, each from the commit where the one before ended. */
const chainOf = (shas: readonly string[], everyHours: number, late: number): Move[] =>
  shas.flatMap((after, index) =>
    reportsOf(index, shas[index - 1] ?? '0'.repeat(40), after, 1 + index * everyHours * hourMs, late),
  )

/** What the worker does: it adds a batch, computes the head, and folds. */
const playBatches = (batches: readonly (readonly Move[])[]) => {
  let [moves, base]: [readonly Move[], RefBase | undefined] = [[], undefined]
  let most = 0
  for (const batch of batches) {
    moves = [...moves, ...batch]
    const fold = foldMoves(moves, base, true)
    if (fold === undefined) continue
    moves = moves.filter((move) => !fold.moves.includes(move))
    base = fold.base
    most = Math.max(most, moves.length)
  }
  return { head: refHeadOf(moves, base, true), stored: moves.length, base }
}

test('a branch that was pushed for a year keeps the moves of a month', () => {
  const shas = Array.from({ length: 365 * 4 }, (_, index) => `sha${index}`)
  const moves = chainOf(shas, 6, 5000)
  const { head, stored } = playBatches(moves.map((move) => [move]))
  assert.deepEqual([head?.sha, head?.isAmbiguous, head?.pusherId], ['sha1459', false, 1459])
  assert.ok(stored < 2 * (4 * 30 + 30), `${stored} moves`)
})

test('the head is the same with and without folding, in whatever order a batch arrives', () => {
  const sha = fc.integer({ min: 0, max: 400 }).map((number) => `sha${number}`)
  const histories = fc.record({
    shas: fc.uniqueArray(sha, { minLength: 60, maxLength: 250 }),
    everyHours: fc.integer({ min: 2, max: 60 }),
    late: fc.integer({ min: 1, max: hourMs / 2 }),
    size: fc.integer({ min: 1, max: 60 }),
    swap: fc.integer({ min: 0, max: 1000 }),
  })
  let folded = 0
  fc.assert(
    fc.property(histories, ({ shas, everyHours, late, size, swap }) => {
      const moves = chainOf(shas, everyHours, late)
      const batches = Array.from({ length: Math.ceil(moves.length / size) }, (_, index) =>
        moves
          .slice(index * size, (index + 1) * size)
          .toSorted((one, other) => ((one.at + swap) % 7) - ((other.at + swap) % 7)),
      )
      const { head, base } = playBatches(batches)
      if (base !== undefined) folded += 1
      assert.deepEqual(head, refHeadOf(moves, undefined, true))
    }),
    { numRuns: 200 },
  )
  assert.ok(folded > 20, `${folded} histories were folded`)
})

test('a stream that is a month ahead folds nothing that another one has still to tell', () => {
  const shas = Array.from({ length: 300 }, (_, index) => `sha${index}`)
  const moves = chainOf(shas, 12, 5000)
  // Of every third push, only the second stream tells.
  const first = moves.filter(({ stream, userId }) => stream === streams[0] && Number(userId) % 3 !== 1)
  const second = moves.filter(({ stream }) => stream === streams[1])
  const { head } = playBatches([...first.map((move) => [move]), ...second.map((move) => [move])])
  assert.deepEqual([head?.sha, head?.isAmbiguous], ['sha299', false])
})

test('what the API of GitLab has told replaces older moves, also where hooks are missing', () => {
  const moves = chainOf(
    Array.from({ length: 100 }, (_, index) => `sha${index}`),
    24,
    5000,
  ).filter(({ userId }) => Number(userId) % 2 === 0)
  const base = { sha: 'told', at: moves[80]?.at ?? 0 }
  assert.equal(foldMoves(moves, undefined, true), undefined)
  const fold = foldMoves(moves, base, true)
  assert.deepEqual(fold?.base, base)
  assert.ok((fold?.moves.length ?? 0) > 50)
})
