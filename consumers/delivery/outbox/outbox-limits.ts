/** What a destination may keep with bodies: the limits of the outbox. */
export interface OutboxLimits {
  maxMessages: number
  maxBytes: number
}

export const outboxLimits: OutboxLimits = { maxMessages: 100_000, maxBytes: 1024 ** 3 }
