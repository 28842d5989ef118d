import { z } from 'zod'
import { destinationShape } from './destination.ts'
import { peopleShape } from './people-shape.ts'
import { routeShape } from './route.ts'

/** The name of a destination is a label of metrics, and a part of commands. */
const name = z
  .string()
  .regex(/^[a-z0-9][a-z0-9_.-]{0,62}$/i, 'must be letters, digits, and _ . - (at most 63 characters)')

/** The file of `ROUTES_FILE`. An unknown key is an error. */
export const routesShape = z
  .strictObject({
    destinations: z.record(name, destinationShape),
    routes: z.array(routeShape).default([]),
    people: peopleShape.default({}),
    /** User names of our own bots. What they cause is not told. */
    own_users: z.array(z.string()).default([]),
  })
  .superRefine(({ destinations, routes }, context) => {
    for (const [index, { to }] of routes.entries())
      for (const unknown of to.filter((each) => !Object.hasOwn(destinations, each)))
        context.addIssue({
          code: 'custom',
          path: ['routes', index, 'to'],
          message: `there is no destination ${unknown}`,
        })
  })

export type RoutesSettings = z.output<typeof routesShape>
export type People = RoutesSettings['people']
