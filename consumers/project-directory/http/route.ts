import type { z } from 'zod'
import type { Pool } from '../../../lib/database.ts'
import type { HolderKind } from '../model/holder.ts'
import type { FoundHolder } from '../read/find-holder.ts'
import type { Scope } from '../read/scope.ts'

/** What a route knows about a request. */
export interface RouteRequest<Query> {
  pool: Pool
  scope: Scope
  query: Query
}

/** Without `as_of` and `complete`, which every answer gets. */
export interface RouteAnswer {
  body: object
  /** The same as bare lines, for shell scripts. */
  lines?: readonly string[]
}

interface RouteParts {
  /** As OpenAPI writes it: `/projects/{project}`. */
  path: string
  summary: string
  query: z.ZodObject
  /** Shape of the body, with `as_of` and `complete`. */
  result: z.ZodObject
  /** Whether `Accept: text/plain` is answered. */
  hasLines: boolean
}

/** A list. */
export interface ListRoute extends RouteParts {
  subject?: never
  answer(request: RouteRequest<Record<string, unknown>>): Promise<RouteAnswer>
}

/** About one project, group or user, whose id or path is the parameter of the path. */
export interface SubjectRoute extends RouteParts {
  subject: HolderKind
  answer(request: RouteRequest<Record<string, unknown>>, holder: FoundHolder): Promise<RouteAnswer>
}

export type Route = ListRoute | SubjectRoute

/** The query of a request is wrong in a way that its shape does not tell. */
export class BadQueryError extends Error {}

/** Gives `answer` the type of the query. */
export const defineList = <Query extends z.ZodObject>(
  route: Omit<ListRoute, 'answer' | 'query'> & {
    query: Query
    answer(request: RouteRequest<z.output<Query>>): Promise<RouteAnswer>
  },
): ListRoute => route as unknown as ListRoute

export const defineSubject = <Query extends z.ZodObject>(
  route: Omit<SubjectRoute, 'answer' | 'query'> & {
    query: Query
    answer(request: RouteRequest<z.output<Query>>, holder: FoundHolder): Promise<RouteAnswer>
  },
): SubjectRoute => route as unknown as SubjectRoute
