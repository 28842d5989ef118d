import { createGlobMatcher } from '../../../lib/path-glob.ts'
import type { FeedFacets, FeedItem } from '../log/item.ts'
import type { FeedAccess } from './access.ts'
import type { StreamQuery } from './query.ts'

/** Whether a client receives an item of the topics that it covers. */
export type Filter = (item: FeedItem) => boolean

type FilterQuery = Pick<StreamQuery, 'project' | 'group' | 'branch' | 'author' | 'include'>

const knownPlaces = 10_000

/** Every parameter that is given must hold; of its values, one. */
export const createFilter = (query: FilterQuery, access: FeedAccess): Filter => {
  const isOfPlace = createPlaceFilter(query)
  const branches = query.branch?.map(matcherOf)
  const authors = query.author?.map((author) => author.toLowerCase())
  const narrows = query.project !== undefined || query.group !== undefined
  const unread = !(narrows || branches !== undefined || authors !== undefined)
  return ({ facets }) => {
    if (facets === undefined) return unread && access.sees(undefined)
    if (facets.genuineness !== 'genuine' && query.include !== 'tests') return false
    if (!access.sees(facets)) return false
    if (narrows && !isOfPlace(facets)) return false
    const { branch, author } = facets
    if (branches !== undefined && !branches.some((matches) => branch !== null && matches(branch)))
      return false
    return authors === undefined || authors.includes(author?.toLowerCase() ?? '')
  }
}

/** Remembers the answers: a thousand clients ask for each event, and most ask for the same few projects. */
const createPlaceFilter = ({ project, group }: FilterQuery) => {
  const projects = project?.map(projectMatcher)
  const groups = group?.map(matcherOf)
  const known = new Map<string, boolean>()
  const decide = (facets: FeedFacets): boolean => {
    const isProject = projects === undefined || projects.some((matches) => matches(facets))
    const above = groupsAbove(facets.group)
    return isProject && (groups === undefined || groups.some((matches) => above.some(matches)))
  }
  return (facets: FeedFacets): boolean => {
    const key = `${facets.projectId} ${facets.project ?? ''} ${facets.group ?? ''}`
    const found = known.get(key)
    if (found !== undefined) return found
    if (known.size >= knownPlaces) known.clear()
    const decided = decide(facets)
    known.set(key, decided)
    return decided
  }
}

const projectMatcher = (given: string): ((facets: FeedFacets) => boolean) => {
  if (/^\d+$/.test(given)) return ({ projectId }) => projectId === Number(given)
  const matches = matcherOf(given)
  return ({ project }) => project !== null && matches(project)
}

/** Whatever the case. A text without an asterisk is compared as it is. */
const matcherOf = (glob: string): ((text: string) => boolean) => {
  if (!glob.includes('*')) {
    const wanted = glob.toLowerCase()
    return (text) => text.toLowerCase() === wanted
  }
  return createGlobMatcher(glob)
}

/** A group and all groups that contain it: an event of `a/b` is one of the group `a`, too. */
const groupsAbove = (path: string | null): string[] => {
  const parts = path?.split('/') ?? []
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'))
}
