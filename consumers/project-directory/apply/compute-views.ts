import type { Holder } from '../model/holder.ts'
import { type HolderView, holderViewOf } from '../model/holder-view.ts'
import { orderRenames, type Rename } from '../model/renames.ts'
import type { DirectoryStore, Of } from '../store/directory-store.ts'

/**
 * What is known about these holders. Of all renames of a GitLab, only those are read that the paths of these
 * holders lead to. Which ones these are is found out on the way: a view that asks for a rename that was not
 * read yet is computed again.
 */
export const computeViews = async (
  store: DirectoryStore,
  holders: readonly Holder[],
): Promise<Of<HolderView>[]> => {
  const facts = await store.facts(holders)
  const views = new Map<number, HolderView>()
  const known = createKnownRenames(store)
  while (views.size < holders.length) {
    for (const [at, { realm }] of holders.entries()) {
      if (views.has(at)) continue
      const missing = known.countMissing()
      const view = holderViewOf(facts[at] ?? [], { get: (path) => known.get(realm, path) })
      if (known.countMissing() === missing) views.set(at, view)
    }
    await known.readMissing()
  }
  return holders.flatMap((holder, at) => {
    const view = views.get(at)
    return view === undefined ? [] : [{ holder, ...view }]
  })
}

/** The renames that were read so far, by realm and old path. */
const createKnownRenames = (store: DirectoryStore) => {
  const known = new Map<string, readonly Rename[]>()
  const missing = new Map<string, { realm: number; path: string }>()
  let requests = 0
  return {
    get: (realm: number, path: string): readonly Rename[] | undefined => {
      const key = `${realm} ${path}`
      const renames = known.get(key)
      if (renames !== undefined) return renames
      missing.set(key, { realm, path })
      requests += 1
      return undefined
    },
    /** How often a rename was asked for that was not read yet. */
    countMissing: (): number => requests,
    readMissing: async (): Promise<void> => {
      if (missing.size === 0) return
      const paths = [...missing.values()]
      const renames = await store.renames(paths)
      for (const [at, key] of [...missing.keys()].entries()) known.set(key, orderRenames(renames[at] ?? []))
      missing.clear()
    },
  }
}
