/**
 * The group, not the record, is at fault: a heartbeat or a commit failed, since the group rebalances, has expelled this member,
 * or cannot be reached. It must get through to the client, which joins again; swallowed, the group rebalances for ever
 * (https://github.com/tulios/kafkajs/issues/1720). `cause` is what the client threw.
 */
export class GroupError extends Error {
  override readonly name = 'GroupError'

  constructor(cause: unknown) {
    super('the consumer group does not answer as usual', { cause })
  }
}

/** Marks whatever talking to the group throws. */
export const askGroup = async (question: () => Promise<unknown>): Promise<void> => {
  try {
    await question()
  } catch (cause) {
    throw new GroupError(cause)
  }
}
