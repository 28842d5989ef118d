import { z } from 'zod'
import {
  type StoredComment,
  startTrackerDouble,
  type TrackerDouble,
  type TrackerReply,
  type TrackerRequest,
  type TrackerState,
} from './tracker-double.ts'

/** The account that the token of the double belongs to. */
export const jiraUser = 'bridge-bot@example.com'

/**
 * A strict double of Jira Cloud, version 3 of its REST API, as far as comments need it. With a wrong token it
 * answers as Jira does: as if nobody had signed in, and with a header that says so.
 */
export const startJira = (): Promise<TrackerDouble> =>
  startTrackerDouble('ATATT3xFfGF0-jira-token', (request, state) => {
    const { pathname } = request.url
    if (pathname === '/rest/api/3/search') return errorOf(410, 'The requested API has been removed.')
    const isSearch = pathname === '/rest/api/3/search/jql'
    const [, task = ''] = /^\/rest\/api\/3\/issue\/([A-Z][A-Z0-9_]+-\d+)\/comment$/.exec(pathname) ?? []
    if (!isSearch && task === '') {
      state.misuse(`there is no resource ${pathname}`)
      return { status: 404, body: 'Not Found' }
    }
    if (request.headers.accept !== 'application/json') state.misuse('JSON must be accepted')
    const expected = `Basic ${Buffer.from(`${jiraUser}:${state.token}`).toString('base64')}`
    const isSignedIn = request.headers.authorization === expected
    const headers = isSignedIn ? {} : { 'x-seraph-loginreason': 'AUTHENTICATED_FAILED' }
    const reply = isSearch
      ? search(request, state, isSignedIn)
      : ofTask(request, state, isSignedIn ? task : '')
    return { ...reply, headers }
  })

const errorOf = (status: number, text: string): TrackerReply => ({
  status,
  body: { errorMessages: [text], errors: {} },
})

const searchBody = z.strictObject({
  jql: z.string().regex(/^created >= /, 'the search must be bounded'),
  fields: z.array(z.string()),
  maxResults: z.int().min(1).max(5000),
})

const search = (request: TrackerRequest, state: TrackerState, isSignedIn: boolean): TrackerReply => {
  bodyOf(request, state, searchBody)
  const [key] = state.tasks.keys()
  return { status: 200, body: { issues: isSignedIn && key ? [{ id: '1', key }] : [], isLast: true } }
}

const ofTask = (request: TrackerRequest, state: TrackerState, task: string): TrackerReply => {
  const comments = state.tasks.get(task)
  if (comments === undefined)
    return errorOf(404, 'Issue does not exist or you do not have permission to see it.')
  if (request.method === 'GET') return list(request, state, comments)
  const added = bodyOf(request, state, commentBody)
  if (added === undefined) return errorOf(400, 'Comment body is not valid!')
  comments.push({ at: Date.now(), content: added.body })
  return { status: 201, body: shown(comments.at(-1) as StoredComment, comments.length) }
}

const list = ({ url }: TrackerRequest, { misuse }: TrackerState, comments: readonly StoredComment[]) => {
  const { orderBy, startAt = '0', maxResults = '50', ...others } = Object.fromEntries(url.searchParams)
  if (Object.keys(others).length > 0) misuse(`there are no parameters ${Object.keys(others)}`)
  if (!/^\d+$/.test(startAt) || !(Number(maxResults) <= 100)) misuse(`a wrong page: ${url.search}`)
  const sorted = orderBy === '-created' ? comments.toReversed() : comments
  const page = sorted.slice(Number(startAt), Number(startAt) + Number(maxResults))
  const body = { startAt: Number(startAt), maxResults: Number(maxResults), total: comments.length }
  return { status: 200, body: { ...body, comments: page.map(shown) } }
}

/** Jira writes its times with an offset that has no colon. */
const shown = ({ at, content }: StoredComment, index: number) => ({
  id: String(10_000 + index),
  body: content,
  created: new Date(at).toISOString().replace('Z', '+0000'),
})

const bodyOf = <Shape extends z.ZodType>(request: TrackerRequest, state: TrackerState, shape: Shape) => {
  if (request.method !== 'POST') state.misuse(`${request.method} ${request.url.pathname}`)
  if (request.headers['content-type'] !== 'application/json') state.misuse('the body must be JSON')
  const parsed = shape.safeParse(JSON.parse(request.body))
  if (!parsed.success) state.misuse(z.prettifyError(parsed.error))
  return parsed.data
}

/** https://developer.atlassian.com/cloud/jira/platform/apis/document/structure/ */
const link = z.strictObject({
  type: z.literal('link'),
  attrs: z.strictObject({ href: z.url({ protocol: /^https?$/ }) }),
})
const commentBody = z.strictObject({
  body: z.strictObject({
    version: z.literal(1),
    type: z.literal('doc'),
    content: z
      .array(
        z.strictObject({
          type: z.literal('paragraph'),
          content: z.array(
            z.strictObject({
              type: z.literal('text'),
              text: z.string().min(1),
              marks: z.array(link).optional(),
            }),
          ),
        }),
      )
      .min(1),
  }),
})
