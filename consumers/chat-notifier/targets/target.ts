import type { OutboundAnswer, OutboundRequest } from '../../delivery/http/outbound.ts'
import type { Destination } from '../../delivery/routes/destination.ts'
import type { ChatType } from '../budgets.ts'
import type { ChatMessage } from '../message/chat-message.ts'

export type TargetRequest = Omit<OutboundRequest, 'signal'>

export interface TargetContext<Type extends ChatType = ChatType> {
  destination: Destination<Type>
  /** The ids, in this service, of the people who are mentioned. */
  mentioned: readonly string[]
  /** The same for each attempt at the same message: where the service knows it, a repeat has no effect. */
  transaction: string
  /** The id of an earlier message that this one replaces, where the service can edit. */
  replaces: string | undefined
}

/** How a kind of destination writes and takes a message. One file each. */
export interface Target<Type extends ChatType = ChatType> {
  type: Type
  /** Whether an earlier message can be replaced. */
  canEdit: boolean
  /** Whether the service recognises a repeat by its transaction. */
  repeats: 'harmless' | 'visible'
  request(message: ChatMessage, context: TargetContext<Type>): TargetRequest
  /** The size of the request in the unit of the budget, after escaping; Infinity breaks another limit. */
  sizeOf(request: TargetRequest): number
  /** Reads the answer to an accepted request. Undefined: the service has refused the message. */
  judge?(answer: OutboundAnswer): { remoteId?: string } | undefined
}

export const jsonRequest = (url: string, body: unknown): TargetRequest => ({
  method: 'POST',
  url,
  headers: { 'content-type': 'application/json; charset=utf-8' },
  body: JSON.stringify(body),
})
