import type { OpenMessage } from '../delivery/outbox/open-messages.ts'
import type { SentBefore } from '../delivery/outbox/sent-before.ts'
import type { SentAs } from '../delivery/outbox/settle.ts'
import type { People } from '../delivery/routes/routes-shape.ts'
import { attempt } from '../delivery/send/attempt.ts'
import type { Courier, Plan, PlanContext } from '../delivery/send/courier.ts'
import { budgets, type ChatDestination } from './budgets.ts'
import type { ChatMessage } from './message/chat-message.ts'
import { digestOf, mergedOf } from './message/digest.ts'
import { requestOf } from './request-of.ts'
import { targets } from './targets/index.ts'

const minuteMs = 60_000

/**
 * Decides what the next message to a channel says: one event, several updates of one merge request, or a
 * digest, where the events are old or too many. Each event is in exactly one of them.
 */
export const createChatCourier = (people: () => People): Courier => ({
  window: 500,
  plan: async (messages, context) => {
    const chosen = choose(messages, context)
    return chosen && planOf(chosen, await replacedBy(chosen, context), context, people())
  },
  intervalMs: (destination) => {
    const { type, messages_per_minute } = destination as ChatDestination
    return minuteMs / (messages_per_minute ?? budgets[type].perMinute)
  },
  giveUpAfterMs: () => 24 * 60 * minuteMs,
})

interface Chosen {
  messages: readonly OpenMessage[]
  sentAs: SentAs
}

const choose = (all: readonly OpenMessage[], context: PlanContext): Chosen | undefined => {
  const { now, digestUpTo } = context
  const { type, max_age_minutes, digest_from } = context.destination as ChatDestination
  const ready = all.filter(({ heldUntil }) => heldUntil === undefined || heldUntil <= now)
  const isLate = ({ id, receivedAt, content }: OpenMessage) =>
    id <= digestUpTo || content === undefined || receivedAt < now - max_age_minutes * minuteMs
  const first = ready[0]
  if (first === undefined) return undefined
  // The service recognises a repeat only if it carries the same messages as before.
  if (first.state === 'sending' && targets[type].repeats === 'harmless') return sameAgain(ready)
  const end = ready.findIndex((message) => !isLate(message))
  const late = end < 0 ? ready : ready.slice(0, end)
  if (late.length > 0) return { messages: late, sentAs: 'digest' }
  if (ready.length >= digest_from) return { messages: ready, sentAs: 'digest' }
  if (first.mergeKey === undefined) return { messages: [first], sentAs: 'message' }
  const same = all.filter(({ mergeKey }) => mergeKey === first.mergeKey)
  return { messages: same, sentAs: same.length > 1 ? 'merged' : 'message' }
}

const sameAgain = (ready: readonly OpenMessage[]): Chosen => {
  const end = ready.findIndex(({ state }) => state !== 'sending')
  const messages = end < 0 ? ready : ready.slice(0, end)
  const [first] = messages
  if (messages.length === 1) return { messages, sentAs: 'message' }
  const isOne = first?.mergeKey !== undefined && messages.every(({ mergeKey }) => mergeKey === first.mergeKey)
  return { messages, sentAs: isOne ? 'merged' : 'digest' }
}

/** The message that this one replaces: an earlier one about the same thing, where the service can edit. */
const replacedBy = async (
  { messages, sentAs }: Chosen,
  { destination, sentBefore }: PlanContext,
): Promise<SentBefore | undefined> => {
  const mergeKey = messages[0]?.mergeKey
  const canEdit = targets[(destination as ChatDestination).type].canEdit
  return canEdit && sentAs !== 'digest' && mergeKey !== undefined ? sentBefore(mergeKey) : undefined
}

const messageOf = ({ messages, sentAs }: Chosen, earlier: readonly unknown[]): ChatMessage => {
  const told = messages.map(({ content }) => content as ChatMessage | undefined)
  if (sentAs === 'digest')
    return digestOf(
      messages.map(({ eventType, receivedAt }, index) => ({
        event: eventType,
        receivedAt,
        message: told[index],
      })),
    )
  const known = [...(earlier as ChatMessage[]), ...told.flatMap((message) => message ?? [])]
  const [only] = known
  return known.length === 1 && only !== undefined ? only : mergedOf(known)
}

const planOf = (
  chosen: Chosen,
  replaced: SentBefore | undefined,
  context: PlanContext,
  people: People,
): Plan => {
  const destination = context.destination as ChatDestination
  const ids = chosen.messages.map(({ id }) => id)
  const message = messageOf(chosen, replaced?.contents ?? [])
  const { request, secrets } = requestOf(destination, message, people, {
    transaction: `${chosen.messages[0]?.deliveryId}-${ids[0]}-${ids.length}`,
    replaces: replaced?.remoteId,
  })
  const target = targets[destination.type]
  return {
    ids,
    sentAs: replaced === undefined ? chosen.sentAs : 'edited',
    send: async (outbound, signal) => {
      const sent = await attempt(outbound, { ...request, signal }, secrets, target.judge)
      // A service replaces the first message, however often it was edited.
      return replaced !== undefined && sent.result === 'sent'
        ? { ...sent, remoteId: replaced.remoteId }
        : sent
    },
  }
}
