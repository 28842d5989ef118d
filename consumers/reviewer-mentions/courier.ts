import { messageOf, RetriableError } from '../../lib/errors.ts'
import type { OpenMessage } from '../delivery/outbox/open-messages.ts'
import { secretsOf } from '../delivery/routes/secrets-of.ts'
import { withoutSecrets } from '../delivery/send/attempt.ts'
import type { Attempt, Courier } from '../delivery/send/courier.ts'
import { withoutContent } from '../delivery/send/without-content.ts'
import { gitlabFailureOf } from '../gitlab-api/failure.ts'
import { mergeRequestApi } from './gitlab/merge-request.ts'
import type { GitlabDestination, Gitlabs } from './gitlab/open-gitlabs.ts'
import { type FindReviewers, type Mentioning, mentionReviewers } from './mention.ts'

/**
 * All requests of one merge request must end before the lease of its queue does, which is valid for
 * 30 s longer than one request may take. Otherwise another process could add a second note.
 */
const spareMs = 20_000
const dayMs = 24 * 60 * 60_000
/** How long a merge request waits for GitLab to compute its changes. */
const changesMs = 5 * 60_000

/** Mentions reviewers, one merge request at a time for each GitLab. */
export const createMentionCourier = (gitlabs: Pick<Gitlabs, 'apiOf'>, find: FindReviewers): Courier => ({
  window: 1,
  plan: ([message], context) => {
    if (message === undefined) return undefined
    const destination = context.destination as GitlabDestination
    return {
      ids: [message.id],
      sentAs: 'message',
      readsFirst: true,
      send: (_, signal) => attemptMention(gitlabs, find, destination, message, signal),
    }
  },
  intervalMs: () => 0,
  giveUpAfterMs: () => dayMs,
})

const attemptMention = async (
  gitlabs: Pick<Gitlabs, 'apiOf'>,
  find: FindReviewers,
  destination: GitlabDestination,
  message: OpenMessage,
  signal: AbortSignal,
): Promise<Attempt> => {
  if (message.content === undefined) return withoutContent(message)
  const { firstAttempt = Date.now() } = message
  const mentioning = message.content as Mentioning
  const limit = AbortSignal.timeout(destination.timeout_seconds * 1000 + spareMs)
  const api = mergeRequestApi(gitlabs.apiOf(destination), mentioning, AbortSignal.any([signal, limit]))
  try {
    const waits = Date.now() - firstAttempt < changesMs
    const { text, noteId } = await mentionReviewers(mentioning, api, find, waits)
    return { result: 'sent', answer: { text }, ...(noteId !== undefined && { remoteId: String(noteId) }) }
  } catch (error) {
    return failedAttempt(error, secretsOf(destination))
  }
}

/** Everything but a refusal is tried again: an attempt begins with reading, so that nothing is done twice. */
const failedAttempt = (error: unknown, secrets: readonly string[]): Attempt => {
  const failure = gitlabFailureOf(error)
  const answer = {
    text: withoutSecrets(messageOf(error), secrets).slice(0, 500),
    ...(failure?.status !== undefined && { status: failure.status }),
    effect: failure?.effect ?? ('unknown' as const),
  }
  if (error instanceof RetriableError) {
    const { retryAfterMs } = error
    return { result: 'retry', answer, ...(retryAfterMs !== undefined && { retryAfterMs }) }
  }
  const isOurs = (error as Error).name === 'TimeoutError' || (error as Error).name === 'AbortError'
  return { result: isOurs ? 'retry' : 'refused', answer }
}
