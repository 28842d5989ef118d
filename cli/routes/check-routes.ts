import { type DestinationType, destinationTypes } from '../../consumers/delivery/routes/destination.ts'
import { parseRoutes } from '../../consumers/delivery/routes/parse-routes.ts'
import { readRoutes } from '../../consumers/delivery/routes/read-routes.ts'
import type { Route } from '../../consumers/delivery/routes/route.ts'
import type { Environment } from '../../lib/config.ts'
import { routesFileOf } from './routes-file.ts'

/** Events that belong to no project, so that a route with `projects` never takes them. */
const withoutProject =
  /^(group_|subgroup_|user_(create|destroy|rename|failed_login)|user_.*_group$|key_|gitlab_|interval)/

/** Events that only a system hook sends: a hook of a project or a group never brings them. */
const onlySystem = new RegExp(
  '^(project_(rename|transfer|update)|group_|user_(create|destroy|rename|failed_login)|' +
    'user_.*_(team|project)$|key_|repository_update|gitlab_)',
)

/** These fields of a route say how people are told. */
const chatFields = ['mention', 'notify', 'template']

const ofTracker = 'a comment on a task always says the same'

/** Why these fields have no effect, by the type of a destination that is no chat. */
const noChats: Readonly<Record<string, string>> = {
  forward: 'a receiver gets every hook as it came',
  phabricator: ofTracker,
  jira: ofTracker,
  gitlab: 'a note always says the same',
}

const isForMergeRequests = (type: DestinationType | undefined): boolean =>
  type === 'phabricator' || type === 'jira' || type === 'gitlab'

/**
 * Checks a file of routes as the workers read it.
 *
 * @returns the result and warnings, a line each
 * @throws ConfigError naming the line and the field
 */
export const checkRoutes = (given: string | undefined, env: Environment): string[] => {
  const file = routesFileOf(given, env)
  const { destinations, routes } = readRoutes(file, destinationTypes).value
  const { givenFields } = parseRoutes(file)
  const used = new Set(routes.flatMap(({ to }) => to))
  const unused = [...destinations.keys()].filter((name) => !used.has(name))
  return [
    `${file} is valid: ${destinations.size} destinations, ${routes.length} routes.`,
    ...unused.map((name) => `Warning: no route leads to the destination ${name}.`),
    ...routes.flatMap(warningsOf),
    ...routes.flatMap((route, index) =>
      route.to.flatMap((name) =>
        warningsOfType(route, givenFields[index] ?? [], destinations.get(name)?.type).map(
          (warning) => `Warning: route ${index + 1} to ${name}: ${warning}`,
        ),
      ),
    ),
  ]
}

/** What a route says in vain to a destination of this type. @param given the fields that the route has */
const warningsOfType = (
  { events }: Route,
  given: readonly string[],
  type: DestinationType | undefined,
): string[] => {
  const because = noChats[type ?? '']
  const useless = because === undefined ? [] : given.filter((field) => chatFields.includes(field))
  const isUntold = isForMergeRequests(type) && events !== undefined && !events.includes('merge_request')
  return [
    ...useless.map((field) => `\`${field}\` has no effect, because ${because}.`),
    ...(isUntold ? ['only merge_request leads to comments there.'] : []),
  ]
}

const warningsOf = ({ events = [], projects, to, confidential, status }: Route, index: number): string[] => {
  const name = `Warning: route ${index + 1} to ${to.join(', ')}`
  const lost = projects === undefined ? [] : events.filter((event) => withoutProject.test(event))
  const system = events.filter((event) => onlySystem.test(event))
  const secret = confidential ? [] : events.filter((event) => event.startsWith('confidential_'))
  const hasStatus =
    events.length === 0 || events.some((each) => /pipeline|job|deployment|vulnerability/.test(each))
  return [
    ...lost.map(
      (event) => `${name}: ${event} belongs to no project, so that with \`projects\` it is never taken.`,
    ),
    ...system.map((event) => `${name}: only a system hook of GitLab sends ${event}.`),
    ...secret.map((event) => `${name}: ${event} needs \`confidential: true\`.`),
    ...(status === undefined || hasStatus
      ? []
      : [`${name}: its events have no status, so that none is taken.`]),
  ]
}
