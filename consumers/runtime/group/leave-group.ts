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
