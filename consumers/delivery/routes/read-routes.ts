import type { Reading } from '../../../lib/disk/watch-files.ts'
import type { Destination, DestinationType } from './destination.ts'
import { parseRoutes } from './parse-routes.ts'
import { readDestination } from './read-destination.ts'
import type { Route } from './route.ts'
import type { People } from './routes-shape.ts'

/** The routes of a worker, and the destinations of its own kinds. */
export interface Routes {
  destinations: ReadonlyMap<string, Destination>
  routes: readonly Route[]
  people: People
  ownUsers: readonly string[]
  /** Faults that do not stop the worker, each in one sentence. */
  warnings: readonly string[]
}

/**
 * Reads the routes, and the secrets of the destinations of the given kinds. Routes to other kinds are left
 * out: they belong to other workers, whose secrets this process does not read.
 *
 * @returns the routes, and every file that was read
 * @throws ConfigError naming ROUTES_FILE, the line and the field, never a secret
 */
export const readRoutes = (path: string, types: readonly DestinationType[]): Reading<Routes> => {
  const { settings, faultAt } = parseRoutes(path)
  const own = Object.entries(settings.destinations).filter(([, { type }]) => types.includes(type))
  const readings = own.map(([name, destination]) => readDestination(name, destination, faultAt))
  const names = new Set(own.map(([name]) => name))
  const routes = settings.routes
    .map((route) => ({ ...route, to: route.to.filter((name) => names.has(name)) }))
    .filter(({ to }) => to.length > 0)
  return {
    value: {
      destinations: new Map(readings.map(({ value }) => [value.name, value])),
      routes,
      people: settings.people,
      ownUsers: settings.own_users,
      warnings: readings.flatMap(({ warnings }) => warnings),
    },
    files: [path, ...readings.flatMap(({ files }) => files)],
  }
}
