import { groupRoutes } from './group-routes.ts'
import { projectRoutes } from './project-routes.ts'
import type { Route } from './route.ts'
import { userRoutes } from './user-routes.ts'

/** Every route of the API. */
export const routes: readonly Route[] = [...projectRoutes, ...groupRoutes, ...userRoutes]
