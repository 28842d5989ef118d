import { type Holder, holderKey } from '../model/holder.ts'
import { holderStateOf } from '../model/holder-state.ts'
import type { HolderView } from '../model/holder-view.ts'
import { type PathFact, uniteFacts } from '../model/path-fact.ts'
import { renamesOf } from '../model/path-history.ts'
import { ancestorsOf, type Rename } from '../model/renames.ts'
import type { Observation } from '../observe/observation.ts'
import type { DirectoryStore, Of, Place } from '../store/directory-store.ts'
import { computeViews } from './compute-views.ts'

type PathObservation = Extract<Observation, { about: 'path' }>

/** @returns the projects of which it became known that they began without branches */
export const applyFacts = async (
  store: DirectoryStore,
  observations: readonly PathObservation[],
): Promise<Holder[]> => {
  const changed = await addFacts(store, observations)
  if (changed.length === 0) return []
  await store.saveRenames(changed.flatMap(renamesAbove))
  const begun: Holder[] = []
  const views = new Map<string, Of<HolderView>>()
  for (let pending = changed.map(({ holder }) => holder); pending.length > 0; ) {
    const places = await store.places(pending)
    const computed = await computeViews(store, pending)
    await store.saveViews(computed)
    for (const view of computed) views.set(holderKey(view.holder), view)
    begun.push(...pending.filter((_, at) => computed[at]?.startsEmpty && !places[at]?.startsEmpty))
    const touched = computed.flatMap((view, at) => touchedPaths(view, places[at]))
    const below = touched.length === 0 ? [] : await store.holdersBelow(touched)
    pending = below.filter((holder) => !views.has(holderKey(holder)))
  }
  await saveStates(store, [...views.values()])
  return begun.filter(({ kind }) => kind === 'project')
}

/** Adds the new facts to those that are stored. */
const addFacts = async (store: DirectoryStore, observations: readonly PathObservation[]) => {
  const told = [...Map.groupBy(observations, ({ holder }) => holderKey(holder)).values()]
  const holders = told.flatMap(([first]) => (first === undefined ? [] : [first.holder]))
  const stored = await store.facts(holders)
  const changed = holders.flatMap((holder, at): Of<{ facts: readonly PathFact[] }>[] => {
    const before = stored[at] ?? []
    const facts = uniteFacts([...before, ...(told[at] ?? []).map(({ fact }) => fact)])
    return JSON.stringify(facts) === JSON.stringify(before) ? [] : [{ holder, facts }]
  })
  if (changed.length > 0) await store.saveFacts(changed)
  return changed
}

/** The renames of groups and users. Nothing lies below a project. */
const renamesAbove = ({ holder, facts }: Of<{ facts: readonly PathFact[] }>): Of<Rename>[] =>
  holder.kind === 'project' ? [] : renamesOf(facts).map((rename) => ({ holder, ...rename }))

/** The paths of a group or user, before and now, if anything changed for those below it. */
const touchedPaths = ({ holder, steps, isDestroyed }: Of<HolderView>, before: Place | undefined) => {
  if (holder.kind === 'project') return []
  const old = before?.steps ?? []
  if (JSON.stringify(old) === JSON.stringify(steps) && before?.isDestroyed === isDestroyed) return []
  const paths = new Set([...old, ...steps].map(({ path }) => path))
  return [...paths].map((path) => ({ realm: holder.realm, path }))
}

const saveStates = async (store: DirectoryStore, views: readonly Of<HolderView>[]): Promise<void> => {
  const paths = views.flatMap(({ holder, told }) =>
    ancestorsOf(told?.path ?? '').map((ancestor) => ({ realm: holder.realm, path: ancestor })),
  )
  const distinct = [...new Map(paths.map((each) => [`${each.realm} ${each.path}`, each])).values()]
  const claims = distinct.length === 0 ? [] : await store.claims(distinct)
  const byRealm = new Map<number, Map<string, (typeof claims)[number]>>()
  for (const [at, { realm, path }] of distinct.entries()) {
    const ofRealm = byRealm.get(realm) ?? new Map()
    byRealm.set(realm, ofRealm.set(path, claims[at] ?? []))
  }
  await store.saveStates(
    views.map((view) => ({
      holder: view.holder,
      state: holderStateOf(view, byRealm.get(view.holder.realm) ?? new Map()),
    })),
  )
}
