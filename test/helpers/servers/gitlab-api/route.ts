import { z } from 'zod'
import type { Caller, NeededScope } from './access.ts'
import type { KeysetOffer } from './paging.ts'
import { badParameter, type Reply } from './reply.ts'
import type { GitlabState } from './state.ts'

/** A request that GitLab's declaration of the endpoint accepts. */
export interface Call<Query, Body> {
  state: GitlabState
  caller: Caller
  /** The variable parts of the path, decoded: `:id` → `id`. */
  path: Readonly<Record<string, string>>
  query: Query
  body: Body
  /** The base URL under which the double calls itself in its answers. */
  webUrl: string
  nextId(): number
  now(): string
}

/** One endpoint of GitLab's API. */
export interface Route {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** Below `/api/v4`, with `:name` for a variable part. */
  path: string
  scope: NeededScope
  /** Whether the answer is a list, and whether GitLab offers it by keyset too. */
  paging: 'none' | 'offset' | KeysetOffer
  answer(call: Call<Record<string, unknown>, Record<string, unknown>>): Reply
  query: z.ZodObject
  body: z.ZodObject
}

/** Defines an endpoint. `query` and `body` list the documented parameters; any other one is a fault. */
export const defineRoute = <Query extends z.ZodObject, Body extends z.ZodObject>(
  route: Omit<Route, 'answer' | 'query' | 'body' | 'paging'> & {
    paging?: Route['paging']
    query?: Query
    body?: Body
    answer(call: Call<z.output<Query>, z.output<Body>>): Reply
  },
): Route => ({
  paging: 'none',
  query: z.object({}),
  body: z.object({}),
  ...(route as Partial<Route> & Omit<Route, 'paging' | 'query' | 'body'>),
})

/** The variable parts of a path, decoded; undefined if the path is that of another route. */
export const matchPath = (pattern: string, path: string): Record<string, string> | undefined => {
  const [wanted, given] = [pattern.split('/'), path.split('/')]
  if (wanted.length !== given.length) return undefined
  const parts: Record<string, string> = {}
  for (const [index, name] of wanted.entries()) {
    const value = given[index] ?? ''
    if (name.startsWith(':') && value !== '') parts[name.slice(1)] = decodeURIComponent(value)
    else if (name !== value) return undefined
  }
  return parts
}

/**
 * Reads the parameters of a request as GitLab does.
 *
 * @throws Refusal: 400 in GitLab's words
 */
export const readParameters = (shape: z.ZodObject, given: unknown): Record<string, unknown> => {
  const result = shape.safeParse(given)
  if (result.success) return result.data
  throw badParameter(result.error.issues.map(problemOf).join(', '))
}

const problemOf = ({ path, code, input, message }: z.core.$ZodIssue): string => {
  const name = path.join('.')
  if (code === 'invalid_type' && (input === undefined || /received undefined/.test(message)))
    return `${name} is missing`
  if (code === 'too_small') return `${name} is empty`
  return code === 'invalid_value' ? `${name} does not have a valid value` : `${name} is invalid`
}

/** A whole number in a query or in JSON. */
export const integer = () => z.coerce.number().int()

/** A flag in a query or in JSON. */
export const boolean = () => z.union([z.boolean(), z.stringbool()])

export const ok = (body: unknown): Reply => ({ status: 200, body })
export const created = (body: unknown): Reply => ({ status: 201, body })
export const noContent: Reply = { status: 204, body: undefined }
