/**
 * Errors by which the client tells that this member no longer owns the partition: they must reach the client,
 * or the group rebalances for ever (https://github.com/tulios/kafkajs/issues/1720).
 */
export const isGroupError = (error: unknown): boolean =>
  error instanceof Error &&
  /REBALANCE_IN_PROGRESS|UNKNOWN_MEMBER_ID|ILLEGAL_GENERATION|FENCED_INSTANCE_ID/.test((error as { type?: string }).type ?? '')
