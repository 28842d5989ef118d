import type { Destination } from '../delivery/routes/destination.ts'
import { attempt } from '../delivery/send/attempt.ts'
import type { Attempt } from '../delivery/send/courier.ts'
import { outboundOf } from '../delivery/send/outbounds.ts'
import { type ChatDestination, chatTypes } from './budgets.ts'
import type { ChatMessage } from './message/chat-message.ts'
import { requestOf } from './request-of.ts'
import { targets } from './targets/index.ts'
import { bold, line } from './text/piece.ts'

export const isChat = (destination: Destination): destination is ChatDestination =>
  (chatTypes as readonly string[]).includes(destination.type)

/** Posts a message that says that it is a test. */
export const sendTestMessage = async (destination: ChatDestination): Promise<Attempt> => {
  const now = Date.now()
  const message: ChatMessage = {
    event: 'unknown',
    tone: 'good',
    headline: line`${bold('[test]')} The GitLab bridge can post here. This mentions nobody: @here`,
    details: [],
    link: '',
    project: '',
    mentions: [],
    events: 1,
    receivedAt: now,
  }
  const context = { transaction: `test-${now}`, replaces: undefined }
  const { request, secrets } = requestOf(destination, message, {}, context)
  const outbound = outboundOf(destination)
  const signal = AbortSignal.timeout(destination.timeout_seconds * 1000)
  return attempt(outbound, { ...request, signal }, secrets, targets[destination.type].judge).finally(() =>
    outbound.close(),
  )
}
