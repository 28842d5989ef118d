import kafkajs, { type PartitionAssigner } from 'kafkajs'

const { AssignerProtocol } = kafkajs
const userData = Buffer.alloc(0)

/**
 * Gives the same partition number of every topic to the same member, so that all events of one project meet in one process.
 * The client's own round robin would deal out the partitions of all topics one after the other.
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
    const shares = sharesOf(
      members.map(({ memberId }) => memberId),
      partitions,
    )
    return [...shares].map(([memberId, assignment]) => ({
      memberId,
      memberAssignment: AssignerProtocol.MemberAssignment.encode({ version: 0, assignment, userData }),
    }))
  },
})

/** Member → topic → partitions. Every member computes the same, in whatever order it was told of the others. */
export const sharesOf = (
  memberIds: readonly string[],
  partitions: ReadonlyMap<string, readonly number[]>,
) => {
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
