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
 * Removes a member as soon as the coordinator of the group answers. Gives up when the session of the member
 * is over, because the group removes it then.
 */
export const leaveGroupLater = async (
  kafka: Kafka,
  group: string,
  memberId: string,
  sessionSeconds: number,
): Promise<void> => {
  const deadline = performance.now() + sessionSeconds * 1000
  while (performance.now() < deadline) {
    try {
      return await leaveGroup(kafka, group, memberId)
    } catch {
      await sleep(500, undefined, { ref: false })
    }
  }
}
