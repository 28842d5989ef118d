import { splitKey } from '../delivery/outbox/message-key.ts'
import type { OpenMessage } from '../delivery/outbox/open-messages.ts'
import type { Attempt, Courier } from '../delivery/send/courier.ts'
import { withoutContent } from '../delivery/send/without-content.ts'
import { askTracker } from './ask-tracker.ts'
import { type Comment, markOf, sentenceOf } from './comment.ts'
import { trackerOf } from './trackers/index.ts'
import type { Ask, TrackerDestination } from './trackers/tracker.ts'

const hourMs = 3_600_000

/** Writes comments one by one, oldest first. */
export const createCommentCourier = (): Courier => ({
  window: 1,
  plan: ([message], context) => {
    if (message === undefined) return undefined
    const destination = context.destination as TrackerDestination
    return {
      ids: [message.id],
      sentAs: 'message',
      readsFirst: true,
      send: (outbound, signal) => comment(destination, askTracker(destination, outbound, signal), message),
    }
  },
  intervalMs: () => 0,
  giveUpAfterMs: (destination) => (destination as TrackerDestination).give_up_after_hours * hourMs,
})

const comment = async (destination: TrackerDestination, ask: Ask, message: OpenMessage): Promise<Attempt> => {
  const { part: task } = splitKey(message.key)
  if (message.content === undefined || task === undefined) return withoutContent(message)
  const tracker = trackerOf(destination)
  const mark = markOf(message.key)
  const add = () => tracker.add(destination, ask, task, sentenceOf(message.content as Comment, mark))
  if (message.state === 'waiting') return add()
  // An earlier attempt may have written the comment.
  const since = message.firstAttempt ?? message.receivedAt
  const found = await tracker.find(destination, ask, { task, mark, since })
  if ('result' in found) return stillUnknown(found)
  if (found.isThere) return { result: 'sent', answer: { text: 'the comment of an earlier attempt is there' } }
  return stillUnknown(await add())
}

/** If a later attempt fails, it is still unknown what the earlier one has done. */
const stillUnknown = (attempt: Attempt): Attempt =>
  attempt.result === 'retry' || attempt.result === 'refused'
    ? { ...attempt, answer: { ...attempt.answer, effect: 'unknown' } }
    : attempt
