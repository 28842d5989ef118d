import type { Fold } from '../model/fold-moves.ts'
import type { Holder } from '../model/holder.ts'
import type { HolderState, PathClaim } from '../model/holder-state.ts'
import type { HolderView } from '../model/holder-view.ts'
import type { Membership } from '../model/membership.ts'
import type { PathFact } from '../model/path-fact.ts'
import type { Move, RefBase, RefHead } from '../model/ref-head.ts'
import type { PathStep, Rename } from '../model/renames.ts'
import type { Ref } from '../observe/observation.ts'

/** A holder together with something that is known about it. */
export type Of<T> = T & { holder: Holder }

/** What decides which other holders a change concerns. */
export interface Place {
  steps: readonly PathStep[]
  isDestroyed: boolean
  startsEmpty: boolean
}

export interface StoredRef {
  ref: Ref
  moves: readonly Move[]
  base: RefBase | undefined
  /** Whether the project had no refs before its first push. */
  startsEmpty: boolean
}

export interface MemberKey {
  container: Holder
  userId: number
}

/**
 * Where the directory is kept. All calls for one batch of records are one transaction. Lists are answered in
 * the order of the argument.
 */
export interface DirectoryStore {
  facts(holders: readonly Holder[]): Promise<PathFact[][]>
  /** Replaces all facts of these holders. */
  saveFacts(holders: readonly Of<{ facts: readonly PathFact[] }>[]): Promise<void>
  /** The renames of which one of these paths is the old path. */
  renames(paths: readonly { realm: number; path: string }[]): Promise<Rename[][]>
  saveRenames(renames: readonly Of<Rename>[]): Promise<void>
  /** What was stored about these holders by `saveViews`. */
  places(holders: readonly Holder[]): Promise<(Place | undefined)[]>
  saveViews(views: readonly Of<HolderView>[]): Promise<void>
  /** All holders that have or had a path below one of these paths. */
  holdersBelow(paths: readonly { realm: number; path: string }[]): Promise<Holder[]>
  /** The groups and users that have or had one of these paths. */
  claims(paths: readonly { realm: number; path: string }[]): Promise<PathClaim[][]>
  saveStates(states: readonly Of<{ state: HolderState }>[]): Promise<void>
  addMoves(moves: readonly { ref: Ref; move: Move }[]): Promise<void>
  refs(refs: readonly Ref[]): Promise<StoredRef[]>
  /** The refs of these projects that have moves. */
  refsOf(projects: readonly Holder[]): Promise<Ref[]>
  /** Stores what a ref was at some time, and deletes the moves that led there. */
  saveFolds(folds: readonly { ref: Ref; fold: Fold }[]): Promise<void>
  saveHeads(heads: readonly { ref: Ref; head: RefHead }[]): Promise<void>
  members(keys: readonly MemberKey[]): Promise<(Membership | undefined)[]>
  saveMembers(members: readonly (MemberKey & { membership: Membership })[]): Promise<void>
}
