import type { z } from 'zod'
import type { ApiPath } from './api-path.ts'
import type { Patience } from './patience.ts'
import type { Method } from './transport.ts'

/** The API of one GitLab, with the token of one worker. */
export interface GitlabApi {
  /** URL of the GitLab, as in `delivery.instance`. */
  readonly instance: string
  /**
   * Sends a request and reads its answer. A request that only reads is repeated while GitLab is unavailable.
   * Any request is repeated after 429. How long that may take is the choice of `patience`.
   *
   * @throws GitlabRetriableError, GitlabPermanentError (see failure.ts); the reason of `signal` once it is
   *   aborted
   */
  call<Shape extends z.ZodType>(request: ApiRequest<Shape>): Promise<z.output<Shape>>
  /** Reads a list page by page. It throws like `call`. */
  pages<Shape extends z.ZodType>(request: PagesRequest<Shape>): AsyncGenerator<z.output<Shape>[], void>
}

/** Parameters in the URL. A list is sent as `name[]`, and what is undefined is left out. */
export type ApiQuery = Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>

interface CommonRequest<Shape extends z.ZodType> {
  path: ApiPath
  query?: ApiQuery
  /** The part of the answer that is read. Other fields are dropped, so that new ones change nothing. */
  read: Shape
  signal?: AbortSignal
  /** Default: `handler`. */
  patience?: Patience
}

export interface ApiRequest<Shape extends z.ZodType> extends CommonRequest<Shape> {
  /** Default: `GET`. */
  method?: Method
  /** Sent as JSON. */
  body?: Readonly<Record<string, unknown>>
}

/** `read` is the shape of one item. */
export interface PagesRequest<Shape extends z.ZodType> extends CommonRequest<Shape> {
  paging: Paging
  /** Items of one page, at most 100. Default: 100. */
  perPage?: number
}

/**
 * `keyset`: the next page begins behind the last item, so that items which appear or vanish meanwhile shift
 * nothing. GitLab offers it for projects (ordered by `id`), groups (by `name`), users, tags (by `name`), and
 * branches, for which no order may be given. `page`: by number. GitLab offers that for every list, for at
 * most 50,000 items.
 */
export type Paging = { by: 'keyset'; order?: { by: string; sort: 'asc' | 'desc' } } | { by: 'page' }
