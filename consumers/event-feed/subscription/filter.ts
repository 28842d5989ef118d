import { createGlobMatcher } from '../../../lib/path-glob.ts'
import type { FeedFacets, FeedItem } from '../log/item.ts'
import type { FeedAccess } from './access.ts'
import type { StreamQuery } from './query.ts'

/** What a client receives of the topics that it covers. */
export interface Filter {
  passes(item: Pick<FeedItem, 'facets'>): boolean
  /** Whether items of a project and group can pass; undefined where items of every place can. */
  watches: ((facets: FeedFacets) => boolean) | undefined
}

type FilterQuery = Pick<StreamQuery, 'project' | 'group' | 'branch' | 'author' | 'include'>

/** Every parameter that is given must hold; of its values, one. */
export const createFilter = (query: FilterQuery, access: FeedAccess): Filter => {
  const isOfPlace = createPlaceFilter(query)
  const branches = query.branch?.map(matcherOf)
  const authors = query.author?.map((author) => author.toLowerCase())
  const narrows = query.project !== undefined || query.group !== undefined
  const unread = !(narrows || branches !== undefined || authors !== undefined)
  const passes: Filter['passes'] = ({ facets }) => {
    if (facets === undefined) return unread && access.sees(undefined)
    if (facets.genuineness !== 'genuine' && query.include !== 'tests') return false
    if (!access.sees(facets)) return false
    if (narrows && !isOfPlace(facets)) return false
    const { branch, author } = facets
    if (branches !== undefined && !branches.some((matches) => branch !== null && matches(branch)))
      return false
    return authors === undefined || authors.includes(author?.toLowerCase() ?? '')
  }
  return { passes, watches: narrows ? isOfPlace : undefined }
}

const createPlaceFilter = ({ project, group }: FilterQuery) => {
  const projects = project?.map(projectMatcher)
  const groups = group?.map(matcherOf)
  return (facets: FeedFacets): boolean => {
    if (projects !== undefined && !projects.some((matches) => matches(facets))) return false
    if (groups === undefined) return true
    const above = groupsAbove(facets.group)
    return groups.some((matches) => above.some(matches))
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
