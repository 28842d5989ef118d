import kafkajs, { type PartitionAssigner } from 'kafkajs'

const { AssignerProtocol } = kafkajs
const userData = Buffer.alloc(0)

/**
 * Assigns the same partition number of every topic to the same member, so that all events of one project are
 * handled in one process. The client's own round-robin assigner would distribute the partitions of all topics
 * in one sequence.
 */
export const coPartition: PartitionAssigner = ({ cluster }) => ({
  name: 'gitlab-bridge-co-partition',
  version: 0,
  protocol: ({ topics }) => ({
    name: 'gitlab-bridge-co-partition',
    metadata: AssignerProtocol.MemberMetadata.encode({ version: 0, topics, userData }),
  }),
  assign: async ({ members, topics }) => {
    const partitions = new Map(
      topics.map((topic) => [
        topic,
        cluster.findTopicPartitionMetadata(topic).map(({ partitionId }) => partitionId),
      ]),
    )
    const memberIds = members.map(({ memberId }) => memberId)
    return [...assignPartitions(memberIds, partitions)].map(([memberId, assignment]) => ({
      memberId,
      memberAssignment: AssignerProtocol.MemberAssignment.encode({ version: 0, assignment, userData }),
    }))
  },
})

/**
 * Distributes the partitions: member → topic → partitions. The order of the members does not matter.
 *
 * @param partitions the partition numbers of each topic
 */
export const assignPartitions = (
  memberIds: readonly string[],
  partitions: ReadonlyMap<string, readonly number[]>,
): Map<string, Record<string, number[]>> => {
  const members = [...memberIds].sort()
  return new Map(
    members.map((memberId, index) => [
      memberId,
      Object.fromEntries(
        [...partitions].map(([topic, all]) => [
          topic,
          all.filter((partition) => partition % members.length === index),
        ]),
      ),
    ]),
  )
}
