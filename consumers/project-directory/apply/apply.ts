import type { Observation } from '../observe/observation.ts'
import type { DirectoryStore } from '../store/directory-store.ts'
import { applyFacts } from './apply-facts.ts'
import { applyMembers } from './apply-members.ts'
import { applyMoves } from './apply-moves.ts'

/**
 * Adds what was observed to the directory. The result is the same in whatever order observations are added,
 * and adding one twice changes nothing.
 */
export const applyObservations = async (
  store: DirectoryStore,
  observations: readonly Observation[],
): Promise<void> => {
  const begun = await applyFacts(
    store,
    observations.filter((each) => each.about === 'path'),
  )
  await applyMoves(
    store,
    observations.filter((each) => each.about === 'ref'),
    begun,
  )
  await applyMembers(
    store,
    observations.filter((each) => each.about === 'member').map(({ report }) => report),
  )
}
