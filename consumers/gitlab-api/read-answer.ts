import { messageOf } from '../../lib/errors.ts'
import type { FailureKind } from './failure.ts'
import type { Answer } from './transport.ts'

/** The JSON value of an answer; `none` for an empty body; `unreadable` if it is not JSON. */
export type AnswerBody = { form: 'json'; value: unknown } | { form: 'none' } | { form: 'unreadable' }

export const bodyOf = ({ text }: Pick<Answer, 'text'>): AnswerBody => {
  if (text.trim() === '') return { form: 'none' }
  try {
    return { form: 'json', value: JSON.parse(text) }
  } catch {
    return { form: 'unreadable' }
  }
}

/** Answers of GitLab's application. A proxy, or GitLab's list of blocked addresses, answers without JSON. */
const statusesOfApplication = new Set([403, 404])

/** Why an answer is a failure; undefined for a success (2xx). */
export const failureKindOf = (status: number, body: AnswerBody): FailureKind | undefined => {
  if (status >= 200 && status < 300) return undefined
  if (statusesOfApplication.has(status) && body.form !== 'json') return 'unavailable'
  if (status === 403 && fieldOf(body, 'error') === 'insufficient_scope') return 'insufficient_scope'
  if (status === 401 || (status === 403 && isBotRefused(body))) return 'unauthorized'
  if (status === 403) return 'forbidden'
  if (status === 404 || status === 410) return 'not_found'
  if (status === 409 || status === 412) return 'conflict'
  if (status === 408 || status >= 500) return 'unavailable'
  if (status === 429) return 'rate_limited'
  return status >= 400 ? 'invalid' : 'unexpected'
}

/** GitLab answers 403 to everything that a blocked account asks. No object is the reason. */
const isBotRefused = (body: AnswerBody): boolean =>
  /your (account|password)|terms of service|not allowed to log in/i.test(reasonIn(body))

const maxReasonLength = 300

/**
 * What GitLab says in an answer, on one line of at most 300 characters; an empty text if it says nothing.
 * GitLab uses `message`, `error_description` or `error`, each with a text or with an object of lists.
 *
 * @param hide takes secrets out of the text, before it is shortened: a part of a secret would not be found
 */
export const reasonIn = (body: AnswerBody, hide = (text: string) => text): string => {
  const given = fieldOf(body, 'message') ?? fieldOf(body, 'error_description') ?? fieldOf(body, 'error')
  if (given === undefined || given === null) return ''
  const text = typeof given === 'string' ? given : JSON.stringify(given)
  return hide(messageOf(text)).replaceAll(/\s+/g, ' ').slice(0, maxReasonLength)
}

const fieldOf = (body: AnswerBody, name: string): unknown =>
  body.form === 'json' && typeof body.value === 'object' && body.value !== null
    ? (body.value as Readonly<Record<string, unknown>>)[name]
    : undefined
