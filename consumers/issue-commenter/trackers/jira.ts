import { z } from 'zod'
import { basicAuth } from '../../delivery/http/basic-auth.ts'
import { jsonIn } from '../../delivery/http/json-in.ts'
import type { OutboundAnswer } from '../../delivery/http/outbound.ts'
import type { Destination } from '../../delivery/routes/destination.ts'
import type { Failed } from '../../delivery/send/attempt.ts'
import type { Piece } from '../comment.ts'
import {
  type Ask,
  type Asked,
  addressBelow,
  clockDifferenceMs,
  maxAnswerBytes,
  maxPages,
  notFrom,
  type Tracker,
  type Unanswered,
} from './tracker.ts'

type JiraDestination = Destination<'jira'>

/**
 * Jira Cloud, by version 3 of its REST API, whose comments are in the Atlassian Document Format.
 *
 * https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-comments/
 */
export const jira: Tracker<JiraDestination> = {
  rules: { line: /^\s*Bug:\s*([A-Z][A-Z0-9_]+-\d+)\s*$/iu, task: /^[A-Z][A-Z0-9_]{1,30}-[1-9]\d{0,17}$/ },
  write: (pieces) => documentOf(pieces),
  add: async (destination, ask, task, pieces) => {
    const added = await call(destination, ask, `/issue/${task}/comment`, { body: documentOf(pieces) })
    if (!('answer' in added)) return added.unanswered
    const { data } = created.safeParse(jsonIn(added.answer.text))
    return data ? { result: 'sent', answer: added.seen, remoteId: data.id } : notFrom('Jira', added.seen)
  },
  find: async (destination, ask, { task, mark, since }) => {
    let startAt = 0
    for (let page = 0; page < maxPages; page++) {
      const path = `/issue/${task}/comment?orderBy=-created&maxResults=100&startAt=${startAt}`
      const read = await call(destination, ask, path)
      if (!('answer' in read)) return read.unanswered
      const { data } = comments.safeParse(jsonIn(read.answer.text))
      if (data === undefined) return notFrom('Jira', read.seen)
      if (data.comments.some(({ body }) => JSON.stringify(body).includes(mark))) return { isThere: true }
      const oldest = Date.parse(data.comments.at(-1)?.created ?? '')
      startAt += data.comments.length
      if (startAt >= data.total || !(oldest >= since - clockDifferenceMs)) return { isThere: false }
    }
    return { isThere: false }
  },
  check: async (destination, ask) => {
    const search = { jql: 'created >= "1970-01-01" order by created desc', fields: ['key'], maxResults: 1 }
    const found = await call(destination, ask, '/search/jql', search)
    if (!('answer' in found)) return found.unanswered
    const { data } = issues.safeParse(jsonIn(found.answer.text))
    if (data === undefined) return notFrom('Jira', found.seen)
    const [newest] = data.issues
    if (newest === undefined)
      return { result: 'refused', answer: { ...found.seen, text: 'the account of the token sees no issue' } }
    const text = `the token is accepted, and sees issues such as ${newest.key}; no comment was written`
    return { result: 'sent', answer: { ...found.seen, text } }
  },
}

const created = z.object({ id: z.string() })

const issues = z.object({ issues: z.array(z.object({ key: z.string() })) })

const comments = z.object({
  total: z.number(),
  comments: z.array(z.object({ created: z.string(), body: z.unknown() })),
})

const errors = z.object({ errorMessages: z.array(z.string()).min(1) })

/** https://developer.atlassian.com/cloud/jira/platform/apis/document/structure/ */
const documentOf = (pieces: readonly Piece[]) => ({
  version: 1,
  type: 'doc',
  content: [{ type: 'paragraph', content: pieces.map(nodeOf) }],
})

/** The text of a node is literal: Jira looks for no mark-up in it. */
const nodeOf = (piece: Piece) => ({
  type: 'text',
  text: piece.text,
  ...(piece.kind === 'link' && { marks: [{ type: 'link', attrs: { href: piece.url } }] }),
})

type Called = Extract<Asked, { failed: undefined }> | { unanswered: Unanswered }

/** Sends `body` with POST. Without it, it only reads. */
const call = async (
  { url, user, token = '' }: JiraDestination,
  ask: Ask,
  path: string,
  body?: object,
): Promise<Called> => {
  const asked = await ask({
    method: body === undefined ? 'GET' : 'POST',
    url: addressBelow(url, `/rest/api/3${path}`),
    headers: {
      accept: 'application/json',
      authorization: user === undefined ? `Bearer ${token}` : basicAuth(user, token),
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    body: body && JSON.stringify(body),
    maxAnswerBytes,
  })
  const { answer, seen, failed } = asked
  // With a wrong token, Jira answers as if nobody had signed in: a private issue then does not exist.
  if (answer !== undefined && /FAILED|DENIED/.test(String(answer.headers['x-seraph-loginreason'] ?? '')))
    return { unanswered: refusedToken(seen) }
  if (failed === undefined) return asked
  const isAboutTask = errors.safeParse(jsonIn(answer?.text ?? '')).success
  if (isAboutTask && failed.answer.status === 404)
    return { unanswered: { result: 'unknown_target', answer: failed.answer } }
  // One task that the account may not comment on must not hold up the others.
  if (isAboutTask && failed.answer.status === 403)
    return { unanswered: { result: 'refused', answer: failed.answer } }
  return { unanswered: answer === undefined ? failed : withLimit(failed, answer) }
}

const refusedToken = (seen: Asked['seen']): Failed => ({
  result: 'retry',
  answer: {
    ...seen,
    text: 'Jira does not accept the token, or the user does not belong to it',
    effect: 'none',
  },
})

/**
 * Adds what Jira says about its limits: which one it was, and until when it holds if there is no Retry-After.
 *
 * https://developer.atlassian.com/cloud/jira/platform/rate-limiting/
 */
const withLimit = (failed: Failed, { headers, status }: OutboundAnswer): Failed => {
  if (failed.result !== 'retry' || status !== 429) return failed
  const reset = Date.parse(String(headers['x-ratelimit-reset'] ?? '')) - Date.now()
  const retryAfterMs = failed.retryAfterMs ?? (reset > 0 ? reset : undefined)
  const reason = String(headers['ratelimit-reason'] ?? 'unknown limit')
  return {
    ...failed,
    answer: { ...failed.answer, text: `${reason}: ${failed.answer.text}` },
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  }
}
