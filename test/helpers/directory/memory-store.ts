import { type Holder, holderKey } from '../../../consumers/project-directory/model/holder.ts'
import type { HolderState } from '../../../consumers/project-directory/model/holder-state.ts'
import type { HolderView } from '../../../consumers/project-directory/model/holder-view.ts'
import type { Membership } from '../../../consumers/project-directory/model/membership.ts'
import type { PathFact } from '../../../consumers/project-directory/model/path-fact.ts'
import type { Move, RefBase, RefHead } from '../../../consumers/project-directory/model/ref-head.ts'
import type { Rename } from '../../../consumers/project-directory/model/renames.ts'
import type { Ref } from '../../../consumers/project-directory/observe/observation.ts'
import type {
  DirectoryStore,
  MemberKey,
  Of,
} from '../../../consumers/project-directory/store/directory-store.ts'

/** A directory in memory, for tests of what is computed. `*.test.ts` with PostgreSQL test the real store. */
export const createMemoryStore = () => {
  const facts = new Map<string, readonly PathFact[]>()
  const renames = new Map<string, Of<Rename>>()
  const views = new Map<string, Of<HolderView> & { state: HolderState }>()
  const moves = new Map<string, { ref: Ref; moves: Map<string, Move> }>()
  const bases = new Map<string, RefBase>()
  const heads = new Map<string, RefHead>()
  const members = new Map<string, Membership>()
  const viewOf = (holder: Holder) => views.get(holderKey(holder))

  const store: DirectoryStore = {
    facts: async (holders) => holders.map((holder) => [...(facts.get(holderKey(holder)) ?? [])]),
    saveFacts: async (changed) => {
      for (const { holder, facts: all } of changed) facts.set(holderKey(holder), all)
    },
    renames: async (paths) =>
      paths.map(({ realm, path }) =>
        [...renames.values()].filter((each) => each.holder.realm === realm && each.oldPath === path),
      ),
    saveRenames: async (saved) => {
      for (const each of saved)
        renames.set(`${holderKey(each.holder)} ${each.at} ${each.oldPath} ${each.path}`, each)
    },
    places: async (holders) => holders.map(viewOf),
    saveViews: async (changed) => {
      for (const view of changed)
        views.set(holderKey(view.holder), { state: 'active', ...viewOf(view.holder), ...view })
    },
    holdersBelow: async (paths) =>
      [...views.values()]
        .filter(({ holder, steps }) =>
          paths.some(
            ({ realm, path }) =>
              realm === holder.realm && steps.some((step) => step.path.startsWith(`${path}/`)),
          ),
        )
        .map(({ holder }) => holder),
    claims: async (paths) =>
      paths.map(({ realm, path }) =>
        [...views.values()]
          .filter(({ holder }) => holder.realm === realm && holder.kind !== 'project')
          .flatMap(({ steps, isDestroyed }) =>
            steps.filter((step) => step.path === path).map(({ since }) => ({ since, isDestroyed })),
          ),
      ),
    saveStates: async (states) => {
      for (const { holder, state } of states) Object.assign(viewOf(holder) ?? {}, { state })
    },
    addMoves: async (added) => {
      for (const { ref, move } of added) {
        const known = moves.get(refKey(ref)) ?? { ref, moves: new Map() }
        moves.set(refKey(ref), known)
        if (!known.moves.has(moveKey(move))) known.moves.set(moveKey(move), move)
      }
    },
    refs: async (refs) =>
      refs.map((ref) => ({
        ref,
        moves: [...(moves.get(refKey(ref))?.moves.values() ?? [])],
        base: bases.get(refKey(ref)),
        startsEmpty: viewOf({ realm: ref.realm, kind: 'project', id: ref.projectId })?.startsEmpty ?? false,
      })),
    refsOf: async (projects) =>
      [...moves.values()]
        .map(({ ref }) => ref)
        .filter(({ realm, projectId }) =>
          projects.some((each) => each.realm === realm && each.id === projectId),
        ),
    saveFolds: async (folds) => {
      for (const { ref, fold } of folds) {
        bases.set(refKey(ref), fold.base)
        for (const move of fold.moves) moves.get(refKey(ref))?.moves.delete(moveKey(move))
      }
    },
    saveHeads: async (changed) => {
      for (const { ref, head } of changed) heads.set(refKey(ref), head)
    },
    members: async (keys) => keys.map((key) => members.get(memberKey(key))),
    saveMembers: async (changed) => {
      for (const { membership, ...key } of changed) members.set(memberKey(key), membership)
    },
  }
  return { store, views, heads, members }
}

const moveKey = ({ stream, deliveryId, before, after }: Move) => `${stream} ${deliveryId} ${before} ${after}`
const refKey = ({ realm, projectId, name }: Ref): string => `${realm} ${projectId} ${name}`
const memberKey = ({ container, userId }: MemberKey): string => `${holderKey(container)} ${userId}`
