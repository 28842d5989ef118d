import fc from 'fast-check'
import type { Observation } from '../../../consumers/project-directory/observe/observation.ts'
import { actions } from './true-history.ts'

const stepOf = fc.record({
  action: fc.constantFrom(...actions),
  one: fc.nat(30),
  two: fc.nat(30),
})
export const histories = fc.array(stepOf, { minLength: 5, maxLength: 60 })

/** The hooks in another order, in batches, with the times at which they arrive in that order. */
export const batchesOf = (hooks: readonly Observation[][], order: readonly number[], size: number) => {
  const sorted = hooks
    .map((hook, index) => ({ hook, rank: order[index % order.length] ?? 0, index }))
    .sort((one, other) => one.rank - other.rank || one.index - other.index)
    .map(({ hook }, index) => hook.map((observation) => arrivedAt(observation, 2_000_000 + index)))
  const batches: Observation[][] = []
  for (let start = 0; start < sorted.length; start += size)
    batches.push(sorted.slice(start, start + size).flat())
  return batches
}

const arrivedAt = (observation: Observation, at: number): Observation => {
  switch (observation.about) {
    case 'path': {
      const { fact } = observation
      return { ...observation, fact: { ...fact, at: fact.verb === 'seen' ? at : fact.at, lastAt: at } }
    }
    case 'ref':
      return { ...observation, move: { ...observation.move, at } }
    case 'member':
      return { ...observation, report: { ...observation.report, receivedAt: at } }
  }
}
