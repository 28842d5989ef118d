import type { Facets } from './facets.ts'
import { matchesGlob } from './glob.ts'
import type { Route } from './route.ts'

/** Why a route does not take an event, in words for a preview; undefined if it takes it. */
export const whyNot = (route: Route, facets: Facets): string | undefined => {
  const { event, hasProject, visibility, isConfidential } = facets
  const named = route.events?.some((each) => each === event || `confidential_${each}` === event) ?? false
  if (route.events !== undefined && !named) return `it does not name the event ${event}`
  if (!hasProject && !named) return 'the event belongs to no project, and the route does not name it'
  if (isConfidential && !route.confidential) return 'the event is confidential, and the route is not'
  const isSeen = route.visibility.some((each) => each === (visibility ?? 'private'))
  if (hasProject && !isSeen) return `its visibility does not contain ${visibility ?? 'private'}`
  if (facets.isChild && !route.child_pipelines && event === 'pipeline') return 'it is a child pipeline'
  return conditionsOf(route, facets).find(({ holds }) => !holds)?.because
}

const conditionsOf = (route: Route, facets: Facets) => [
  condition('sources', route.sources, [facets.source]),
  condition('projects', route.projects, [facets.project]),
  condition('groups', route.groups, groupsOf(facets.group)),
  condition('actions', route.actions, [facets.action]),
  condition('branches', route.branches, [facets.branch]),
  condition('labels', route.labels, facets.labels),
  condition('authors', route.authors, [facets.author]),
  // `fixed` is known only when the last state of the branch is known.
  condition(
    'status',
    route.status?.map((each) => (each === 'fixed' ? 'success' : each)),
    [facets.status],
  ),
]

const condition = (
  name: string,
  globs: readonly string[] | undefined,
  values: readonly (string | null)[],
) => ({
  because: `its ${name} do not match`,
  holds:
    globs === undefined ||
    globs.some((glob) => values.some((value) => value !== null && matchesGlob(glob, value))),
})

/** A group and all groups that contain it: an event of `a/b` is one of the group `a`, too. */
const groupsOf = (path: string | null): string[] => {
  const parts = path?.split('/') ?? []
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'))
}

/** The routes that take an event. A default takes it only if no other route does. */
export const matchingRoutes = (routes: readonly Route[], facets: Facets): Route[] => {
  const matching = routes.filter((route) => whyNot(route, facets) === undefined)
  const chosen = matching.filter((route) => !route.default)
  return chosen.length > 0 ? chosen : matching
}

/**
 * Why an event is told nowhere, whatever the routes say, in words for a preview; undefined if it may be told.
 */
export const whyNowhere = (
  { author }: Pick<Facets, 'author'>,
  ownUsers: readonly string[],
): string | undefined =>
  author !== null && ownUsers.includes(author) ? `${author} is one of own_users` : undefined

/** What a preview says of a route. */
export interface RouteVerdict {
  route: Route
  /** Why it does not take the event, in one sentence; undefined if it takes it. */
  because: string | undefined
}

/** Of each route, whether it takes an event. @param further a reason of one worker why it does not */
export const routeVerdicts = (
  routes: readonly Route[],
  facets: Facets,
  further: (route: Route) => string | undefined = () => undefined,
): RouteVerdict[] => {
  const taking = matchingRoutes(routes, facets)
  return routes.map((route, index) => {
    const because =
      whyNot(route, facets) ??
      further(route) ??
      (taking.includes(route) ? undefined : 'it is a default, and another route takes the event')
    const name = `the route ${index + 1} to ${route.to.join(', ')}`
    return { route, because: because && `${name} does not take the event: ${because}` }
  })
}
