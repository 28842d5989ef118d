import { headerOf } from '../../lib/http/header-of.ts'
import type { Answer } from './transport.ts'

/**
 * The query of the next page: by the header `Link`, else by `X-Next-Page`.
 *
 * Only the query of the link is used. Its host is the public address of GitLab, which is not always the one
 * by which the bridge reaches it, and the token must not reach another server.
 *
 * @param current the query of this page
 * @returns undefined on the last page
 */
export const nextQueryOf = (
  headers: Answer['headers'],
  current: URLSearchParams,
): URLSearchParams | undefined => {
  const link = nextLinkIn(headerOf(headers, 'link'))
  if (link !== undefined) return URL.parse(link, 'http://any.invalid')?.searchParams
  const page = headerOf(headers, 'x-next-page')
  if (page === undefined || page === '') return undefined
  const next = new URLSearchParams(current)
  next.set('page', page)
  return next
}

// https://www.rfc-editor.org/rfc/rfc8288#section-3
const nextLinkIn = (header: string | undefined): string | undefined =>
  [...(header ?? '').matchAll(/<([^>]*)>\s*((?:;[^,]*)?)/g)]
    .filter(([, , parameters = '']) => /;\s*rel\s*=\s*"?next"?\s*(?:;|$)/.test(parameters))
    .map(([, target = '']) => target)
    .at(0)

/**
 * Where a redirect leads, as a path below `/api/v4` with its query. GitLab redirects to the id of a project
 * that was moved.
 *
 * @param bases the base URLs under which this GitLab is known
 * @returns undefined if it leads to another server or outside of the API
 */
export const redirectTargetOf = (
  location: string | undefined,
  from: string,
  bases: readonly string[],
): string | undefined => {
  if (location === undefined || !URL.canParse(location, from)) return undefined
  const { href } = new URL(location, from)
  const api = bases.map((base) => `${base}/api/v4/`).find((each) => href.startsWith(each))
  return api === undefined ? undefined : `/${href.slice(api.length)}`
}
