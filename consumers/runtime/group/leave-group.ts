import { setTimeout as sleep } from 'node:timers/promises'
import type { Kafka } from 'kafkajs'
import { createKafkajsCluster } from '../../../lib/kafka/cluster.ts'

/** Removes a member from its group over a new connection. An unknown member is no error. */
export const leaveGroup = async (kafka: Kafka, group: string, memberId: string): Promise<void> => {
  const cluster = createKafkajsCluster(kafka)
  await cluster.connect()
  try {
    const coordinator = await cluster.findGroupCoordinator({ groupId: group })
    await coordinator.leaveGroup({ groupId: group, memberId })
  } catch (error) {
    if ((error as { type?: unknown }).type !== 'UNKNOWN_MEMBER_ID') throw error
  } finally {
    await cluster.disconnect()
  }
}

/**
 * Removes a member as soon as the coordinator of the group answers. Until then the group would wait for it: a
 * coordinator that was away begins to count the session of the member when it is back.
 *
 * @param signal ends this when it is aborted
 */
export const leaveGroupLater = async (
  kafka: Kafka,
  group: string,
  memberId: string,
  signal: AbortSignal,
): Promise<void> => {
  while (!signal.aborted) {
    try {
      return await leaveGroup(kafka, group, memberId)
    } catch {
      await sleep(500, undefined, { ref: false })
    }
  }
}
