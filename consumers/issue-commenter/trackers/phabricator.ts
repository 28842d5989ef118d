import { z } from 'zod'
import { jsonIn } from '../../delivery/http/json-in.ts'
import type { SeenAnswer } from '../../delivery/outbox/settle.ts'
import type { Destination } from '../../delivery/routes/destination.ts'
import type { Failed } from '../../delivery/send/attempt.ts'
import type { Piece } from '../comment.ts'
import {
  type Ask,
  addressBelow,
  clockDifferenceMs,
  maxAnswerBytes,
  maxPages,
  notFrom,
  type TaskQuestion,
  type Tracker,
  type Unanswered,
} from './tracker.ts'

type PhabricatorDestination = Destination<'phabricator'>

/**
 * Phabricator and Phorge, by their API Conduit. It answers 200 to every call, and says in the body whether
 * the call has failed.
 *
 * https://we.phorge.it/book/phorge/article/conduit/
 */
export const phabricator: Tracker<PhabricatorDestination> = {
  rules: { line: /^\s*Bug:\s*(T\d+)\s*$/iu, task: /^T[1-9]\d{0,17}$/ },
  write: (pieces) => pieces.map(remarkup).join(''),
  add: async (destination, ask, task, pieces) => {
    const edited = await call(destination, ask, 'maniphest.edit', {
      objectIdentifier: task,
      'transactions[0][type]': 'comment',
      'transactions[0][value]': pieces.map(remarkup).join(''),
    })
    if ('failed' in edited) return edited.failed
    if ('refused' in edited) return whyRefused(destination, ask, task, edited.refused)
    // Something between us and Conduit can answer with an empty result.
    return editedTask.safeParse(edited.result).success
      ? { result: 'sent', answer: edited.seen }
      : notFrom('Conduit', edited.seen)
  },
  find: async (destination, ask, question) => {
    let after: string | null = null
    for (let page = 0; page < maxPages; page++) {
      const read = await readPage(destination, ask, question, after)
      if (!('isThere' in read)) return read
      if (read.isThere || read.after === null) return { isThere: read.isThere }
      after = read.after
    }
    return { isThere: false }
  },
  check: async (destination, ask) => {
    const who = await call(destination, ask, 'user.whoami', {})
    if ('failed' in who) return who.failed
    if ('refused' in who) return { result: 'refused', answer: who.refused }
    const { userName } = z
      .object({ userName: z.string().catch('?') })
      .catch({ userName: '?' })
      .parse(who.result)
    return {
      result: 'sent',
      answer: { ...who.seen, text: `signed in as ${userName}; no comment was written` },
    }
  },
}

/**
 * Text of others is monospaced: Remarkup looks for nothing inside of it, so that it mentions no user, closes
 * no task and embeds no file.
 */
const remarkup = (piece: Piece): string => {
  if (piece.kind === 'ours') return piece.text
  if (piece.kind === 'theirs') return `\`${piece.text.replaceAll('`', "'")}\``
  const address = piece.url.replaceAll(/[[\]|]/g, (sign) => encodeURIComponent(sign))
  return `[[ ${address} | ${piece.text.replaceAll(/[[\]|]/g, '')} ]]`
}

const editedTask = z.object({ object: z.object({ phid: z.string() }) })

const envelope = z.object({ result: z.unknown(), error_code: z.string().nullable() })

/** `refused`: Conduit has understood the call and does not do it, because of the task. */
type Called = { result: unknown; seen: SeenAnswer } | { refused: SeenAnswer } | { failed: Failed }

const call = async (
  { url, token = '' }: PhabricatorDestination,
  ask: Ask,
  method: string,
  parameters: Readonly<Record<string, string>>,
): Promise<Called> => {
  const { answer, seen, failed } = await ask({
    method: 'POST',
    url: addressBelow(url, `/api/${method}`),
    headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
    body: new URLSearchParams({ 'api.token': token, ...parameters }).toString(),
    maxAnswerBytes,
  })
  if (failed !== undefined) return { failed }
  const { data } = envelope.safeParse(jsonIn(answer.text))
  if (data === undefined) return { failed: notFrom('Conduit', seen) }
  if (data.error_code === null) return { result: data.result, seen }
  // Every other code is about the token, the account or the method.
  if (data.error_code === 'ERR-CONDUIT-CORE') return { refused: { ...seen, effect: 'unknown' } }
  return { failed: { result: 'retry', answer: { ...seen, effect: 'none' } } }
}

const list = z.object({ data: z.array(z.unknown()) })

/** Conduit has no code for a task that does not exist, and its words depend on the language. */
const whyRefused = async (
  destination: PhabricatorDestination,
  ask: Ask,
  task: string,
  refused: SeenAnswer,
): Promise<Unanswered> => {
  const found = await call(destination, ask, 'maniphest.search', { 'constraints[ids][0]': task.slice(1) })
  if ('failed' in found) return found.failed
  const { data } = list.safeParse('result' in found ? found.result : undefined)
  if (data === undefined) return { result: 'retry', answer: refused }
  return { result: data.data.length === 0 ? 'unknown_target' : 'refused', answer: refused }
}

const transactions = z.object({
  data: z.array(
    z.object({
      dateCreated: z.number(),
      comments: z.array(z.object({ content: z.object({ raw: z.string() }) })),
    }),
  ),
  cursor: z.object({ after: z.union([z.string(), z.number().transform(String)]).nullable() }),
})

/** Reads one page of what happened to a task, newest first. */
const readPage = async (
  destination: PhabricatorDestination,
  ask: Ask,
  { task, mark, since }: TaskQuestion,
  after: string | null,
): Promise<{ isThere: boolean; after: string | null } | Unanswered> => {
  const read = await call(destination, ask, 'transaction.search', {
    objectIdentifier: task,
    limit: '100',
    ...(after !== null && { after }),
  })
  if ('failed' in read) return read.failed
  if ('refused' in read) return whyRefused(destination, ask, task, read.refused)
  const { data } = transactions.safeParse(read.result)
  if (data === undefined) return notFrom('Conduit', read.seen)
  const isThere = data.data.some(({ comments }) => comments.some(({ content }) => content.raw.includes(mark)))
  const oldest = (data.data.at(-1)?.dateCreated ?? 0) * 1000
  return { isThere, after: oldest < since - clockDifferenceMs ? null : data.cursor.after }
}
