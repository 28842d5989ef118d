/**
 * A heartbeat or a commit failed: the consumer group is rebalancing, has removed this member, or cannot be
 * reached. The record is not at fault. The error must reach the Kafka client, which then joins the group
 * again; if it is swallowed, the group rebalances without end
 * (https://github.com/tulios/kafkajs/issues/1720). `cause` is the error of the client.
 */
export class GroupError extends Error {
  override readonly name = 'GroupError'

  constructor(cause: unknown) {
    super('the consumer group refused a heartbeat or a commit, or did not answer it', { cause })
  }
}

/** Sends a request to the consumer group. @throws GroupError whatever the request throws */
export const requestGroup = async (request: () => Promise<unknown>): Promise<void> => {
  try {
    await request()
  } catch (cause) {
    throw new GroupError(cause)
  }
}
