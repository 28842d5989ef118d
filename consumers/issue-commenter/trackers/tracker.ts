import type { AnyRequest, OutboundAnswer } from '../../delivery/http/outbound.ts'
import type { SeenAnswer } from '../../delivery/outbox/settle.ts'
import type { Destination, DestinationType } from '../../delivery/routes/destination.ts'
import type { Failed } from '../../delivery/send/attempt.ts'
import type { Attempt } from '../../delivery/send/courier.ts'
import type { Piece } from '../comment.ts'
import type { TaskRules } from '../tasks-in.ts'

export const trackerTypes = ['phabricator', 'jira'] as const satisfies readonly DestinationType[]

export type TrackerType = (typeof trackerTypes)[number]
export type TrackerDestination = Destination<TrackerType>

/** Sends a request to a tracker. It never throws. */
export type Ask = (request: Omit<AnyRequest, 'signal'>) => Promise<Asked>

/** `seen` and `failed` hold no secret. */
export type Asked =
  | { answer: OutboundAnswer; seen: SeenAnswer; failed: undefined }
  /** `answer` is undefined where there was none. */
  | { answer: OutboundAnswer | undefined; seen: SeenAnswer; failed: Failed }

/** Why a question to a tracker has no answer. */
export type Unanswered = Failed | Extract<Attempt, { result: 'unknown_target' }>

export interface TaskQuestion {
  task: string
  mark: string
  /** Milliseconds since 1970. Comments from before that time need not be read. */
  since: number
}

/** One kind of tracker. A kind is a file here, a line in `index.ts`, and a double in the contract suite. */
export interface Tracker<D extends TrackerDestination = TrackerDestination> {
  rules: TaskRules
  /** A comment as the tracker stores it. */
  write(pieces: readonly Piece[]): unknown
  /** Adds a comment to a task. */
  add(destination: D, ask: Ask, task: string, pieces: readonly Piece[]): Promise<Attempt>
  /** Whether a task has a comment with a mark. */
  find(destination: D, ask: Ask, question: TaskQuestion): Promise<{ isThere: boolean } | Unanswered>
  /** Checks the address and the token, and writes nothing. */
  check(destination: D, ask: Ask): Promise<Attempt>
}

/** How much older a comment may look than it is, because the clocks of two servers differ. */
export const clockDifferenceMs = 10 * 60_000

/** A page of 100 comments is longer than the answer to a message. */
export const maxAnswerBytes = 16 * 1024 * 1024

/** The pages of comments, of 100 each, that are read in search of a mark. */
export const maxPages = 20

/** An address below that of a destination. @param path begins with a slash */
export const addressBelow = (url: string, path: string): string => `${url.replace(/\/+$/, '')}${path}`

/** An answer that a tracker would not give. The address is wrong, or something else answers in its place. */
export const notFrom = (name: string, seen: SeenAnswer): Failed => ({
  result: 'retry',
  answer: { ...seen, text: `this is no answer of ${name}: ${seen.text}`, effect: 'unknown' },
})
