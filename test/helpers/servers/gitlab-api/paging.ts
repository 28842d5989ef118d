import { badParameter, Refusal, type Reply, unprocessable } from './reply.ts'

/**
 * How a list can be read by keyset. `keyset`: ordered by one of these columns. `refs`: branches and tags,
 * whose next page begins behind the name in `page_token`, in the order that the endpoint gives them.
 */
export type KeysetOffer = { keyset: readonly string[] } | 'refs'

const maxPerPage = 100
const maxOffset = 50_000
/** For longer lists GitLab does not count. */
const maxTotal = 10_000

type Row = Readonly<Record<string, unknown>>

/**
 * Cuts one page out of a whole list, with GitLab's headers.
 *
 * @param url the address of the request as GitLab writes it into its links
 * @throws Refusal as GitLab refuses a wrong page or a keyset that it does not offer
 */
export const pageOf = (reply: Reply, url: URL, offer: 'offset' | KeysetOffer): Reply => {
  const rows = reply.body as Row[]
  const perPage = Math.min(numberIn(url, 'per_page', 20), maxPerPage)
  if (url.searchParams.get('pagination') !== 'keyset') return byNumber(reply, rows, url, perPage)
  if (offer === 'refs') return behindToken(reply, rows, url, perPage)
  const orderBy = url.searchParams.get('order_by') ?? ''
  if (offer === 'offset' || !offer.keyset.includes(orderBy))
    throw new Refusal(405, { error: 'Keyset pagination is not yet available for this type of request' })
  return byKeyset(reply, rows, url, perPage, orderBy)
}

const numberIn = (url: URL, name: string, missing: number): number => {
  const text = url.searchParams.get(name)
  if (text === null) return missing
  if (!/^\d+$/.test(text)) throw badParameter(`${name} is invalid`)
  if (Number(text) === 0) throw badParameter(`${name} does not have a valid value`)
  return Number(text)
}

const byNumber = (reply: Reply, rows: Row[], url: URL, perPage: number): Reply => {
  const page = numberIn(url, 'page', 1)
  if ((page - 1) * perPage > maxOffset)
    throw new Refusal(405, {
      error:
        `Offset pagination has a maximum allowed offset of ${maxOffset} for requests that return objects ` +
        'of this type. Remaining records can be retrieved using keyset pagination.',
    })
  const pages = Math.max(1, Math.ceil(rows.length / perPage))
  const next = page < pages ? page + 1 : undefined
  const counted = rows.length <= maxTotal
  const links = Object.entries({ prev: page > 1 ? page - 1 : undefined, next, first: 1 }).flatMap(
    ([rel, number]) => (number === undefined ? [] : [linkTo(url, { page: number, per_page: perPage }, rel)]),
  )
  const headers = {
    link: links.join(', '),
    'x-page': String(page),
    'x-per-page': String(perPage),
    'x-next-page': next === undefined ? '' : String(next),
    'x-prev-page': page > 1 ? String(page - 1) : '',
    ...(counted && { 'x-total': String(rows.length), 'x-total-pages': String(pages) }),
  }
  return { ...reply, headers, body: rows.slice((page - 1) * perPage, page * perPage) }
}

const behindToken = (reply: Reply, rows: Row[], url: URL, perPage: number): Reply => {
  const token = url.searchParams.get('page_token')
  const start = token === null ? 0 : rows.findIndex(({ name }) => name === token) + 1
  if (token !== null && start === 0) throw unprocessable('Invalid page token')
  const page = rows.slice(start, start + perPage)
  // A full page has a link even where nothing follows.
  const link = linkTo(url, { page_token: String(page.at(-1)?.name) }, 'next')
  return { ...reply, headers: page.length === perPage ? { link } : {}, body: page }
}

const byKeyset = (reply: Reply, rows: Row[], url: URL, perPage: number, orderBy: string): Reply => {
  const sort = url.searchParams.get('sort')
  if (sort !== 'asc' && sort !== 'desc') throw badParameter('sort does not have a valid value')
  const sign = sort === 'asc' ? 1 : -1
  const cursor = url.searchParams.get('cursor')
  const keyOf = (row: Row): Key => [row[orderBy] as Key[0], Number(row.id ?? 0)]
  const sorted = rows.toSorted((a, b) => sign * compare(keyOf(a), keyOf(b)))
  const rest = sorted.filter((row) => cursor === null || sign * compare(keyOf(row), keyIn(cursor)) > 0)
  const page = rest.slice(0, perPage)
  const last = page.at(-1)
  // There is no link behind the last page.
  const headers: Record<string, string> = {}
  if (last !== undefined && rest.length > perPage)
    headers.link = linkTo(url, { cursor: cursorOf(keyOf(last)) }, 'next')
  return { ...reply, headers, body: page }
}

/** The value of the column, and the id, because several rows can have one value. */
type Key = readonly [value: string | number, id: number]

const compare = (a: Key, b: Key): number => {
  if (a[0] !== b[0]) return a[0] < b[0] ? -1 : 1
  return a[1] - b[1]
}

const cursorOf = (key: Key): string => Buffer.from(JSON.stringify(key)).toString('base64url')

const keyIn = (cursor: string): Key => {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString())
  } catch {
    throw badParameter('cursor is invalid')
  }
}

const linkTo = (url: URL, query: Readonly<Record<string, string | number>>, rel: string): string => {
  const target = new URL(url)
  for (const [name, value] of Object.entries(query)) target.searchParams.set(name, String(value))
  return `<${target}>; rel="${rel}"`
}
