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
  const isOfProject = project && projectMatcher(project)
  const groups = group?.map(matcherOf)
  return (facets: FeedFacets): boolean => {
    if (isOfProject !== undefined && !isOfProject(facets)) return false
    if (groups === undefined) return true
    const above = groupsAbove(facets.group)
    return groups.some((matches) => above.some(matches))
  }
}

/** A thousand clients may each name a hundred projects, so ids and paths are looked up, not compared. */
const projectMatcher = (given: readonly string[]): ((facets: FeedFacets) => boolean) => {
  const ids = new Set(given.filter((text) => /^\d+$/.test(text)).map(Number))
  const isGlob = (text: string) => text.includes('*')
  const paths = new Set(given.filter((text) => !isGlob(text)).map((path) => path.toLowerCase()))
  const globs = given.filter(isGlob).map(createGlobMatcher)
  return ({ projectId, project }) => {
    if (projectId !== null && ids.has(projectId)) return true
    if (project === null) return false
    return paths.has(project.toLowerCase()) || globs.some((matches) => matches(project))
  }
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
