import { foldMoves } from '../model/fold-moves.ts'
import type { Holder } from '../model/holder.ts'
import { refHeadOf } from '../model/ref-head.ts'
import type { Observation, Ref } from '../observe/observation.ts'
import type { DirectoryStore } from '../store/directory-store.ts'

/** @param begun projects of which it became known that they began without branches */
export const applyMoves = async (
  store: DirectoryStore,
  moves: readonly Extract<Observation, { about: 'ref' }>[],
  begun: readonly Holder[],
): Promise<void> => {
  if (moves.length > 0) await store.addMoves(moves)
  const known = begun.length === 0 ? [] : await store.refsOf(begun)
  const refs = distinctRefs([...moves.map(({ ref }) => ref), ...known])
  if (refs.length === 0) return
  const stored = await store.refs(refs)
  await store.saveHeads(
    stored.flatMap(({ ref, moves: all, base, startsEmpty }) => {
      const head = refHeadOf(all, base, startsEmpty)
      return head === undefined ? [] : [{ ref, head }]
    }),
  )
  await store.saveFolds(
    stored.flatMap(({ ref, moves: all, base, startsEmpty }) => {
      const fold = foldMoves(all, base, startsEmpty)
      return fold === undefined ? [] : [{ ref, fold }]
    }),
  )
}

const distinctRefs = (refs: readonly Ref[]): Ref[] => [
  ...new Map(refs.map((ref) => [`${ref.realm} ${ref.projectId} ${ref.name}`, ref])).values(),
]
