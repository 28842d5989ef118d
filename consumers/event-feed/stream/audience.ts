import type { FeedFacets, FeedItem } from '../log/item.ts'

/** Who may receive an item, by its project and group, without asking each client. */
export interface Audience<T> {
  /** @param watches whether it wants events of a place; undefined: of every place */
  add(member: T, watches: ((facets: FeedFacets) => boolean) | undefined): void
  remove(member: T): void
  /** Everybody who wants the place of the item. Other filters are not applied. */
  of(item: Pick<FeedItem, 'facets'>): readonly T[]
  size(): number
}

interface Watcher<T> {
  member: T
  watches(facets: FeedFacets): boolean
}

/** The watchers of one place, by their numbers, among the first ones that were added. */
interface Place {
  numbers: number[]
  asked: number
}

/** After so many places or watchers, the places are found anew, so that those of former clients are freed. */
const mostKnown = 10_000

/** Remembers for each place who watches it: a thousand clients would otherwise be asked for each event. */
export const createAudience = <T>(): Audience<T> => {
  const unfiltered = new Set<T>()
  const watchers = new Map<number, Watcher<T>>()
  const numbers = new Map<T, number>()
  const places = new Map<string, Place>()
  let added = 0
  let forgotAt = 0

  const placeOf = (facets: FeedFacets): Place => {
    if (places.size >= mostKnown || added - forgotAt >= mostKnown) {
      places.clear()
      forgotAt = added
    }
    const key = `${facets.projectId} ${facets.project ?? ''} ${facets.group ?? ''}`
    const known = places.get(key)
    if (known !== undefined && known.asked === added) return known
    const place = known ?? { numbers: [], asked: 0 }
    places.set(key, place)
    const unasked = place.asked === 0 ? watchers.keys() : countFrom(place.asked, added)
    for (const number of unasked) if (watchers.get(number)?.watches(facets)) place.numbers.push(number)
    place.asked = added
    return place
  }

  return {
    add: (member, watches) => {
      if (watches === undefined) return void unfiltered.add(member)
      watchers.set(added, { member, watches })
      numbers.set(member, added)
      added += 1
    },
    remove: (member) => {
      unfiltered.delete(member)
      const number = numbers.get(member)
      if (number === undefined) return
      watchers.delete(number)
      numbers.delete(member)
    },
    of: ({ facets }) => {
      if (facets === undefined || watchers.size === 0) return [...unfiltered]
      const watching = placeOf(facets).numbers.flatMap((number) => watchers.get(number)?.member ?? [])
      return unfiltered.size === 0 ? watching : [...unfiltered, ...watching]
    },
    size: () => unfiltered.size + watchers.size,
  }
}

function* countFrom(from: number, to: number): Generator<number> {
  for (let number = from; number < to; number += 1) yield number
}
