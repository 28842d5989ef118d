import type { People } from '../delivery/routes/routes-shape.ts'
import { secretsOf } from '../delivery/routes/secrets-of.ts'
import { budgets, type ChatDestination } from './budgets.ts'
import type { ChatMessage } from './message/chat-message.ts'
import { fitted } from './targets/fit.ts'
import { targets } from './targets/index.ts'
import type { Target, TargetContext, TargetRequest } from './targets/target.ts'

/** The request that posts a message, within the budget of the service. */
export const requestOf = (
  destination: ChatDestination,
  message: ChatMessage,
  people: People,
  { transaction, replaces }: Pick<TargetContext, 'transaction' | 'replaces'>,
): { request: TargetRequest; secrets: readonly string[] } => {
  const target = targets[destination.type] as unknown as Target
  const kind = destination.type === 'json' ? undefined : destination.type
  const mentioned = message.mentions.flatMap((name) => (kind && people[name]?.[kind]) || [])
  const context = { destination, mentioned, transaction, replaces }
  const write = (each: ChatMessage) => target.request(each, context)
  const { most } = budgets[destination.type]
  const small = fitted(message, (each) => target.sizeOf(write(each)) <= most)
  return { request: write(small), secrets: secretsOf(destination) }
}
