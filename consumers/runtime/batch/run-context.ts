import type { EachBatchPayload, OffsetsByTopicPartition } from 'kafkajs'
import type { RunContext } from '../middleware/chain.ts'
import { requestGroup } from '../middleware/group-error.ts'
import { attemptsMetadata } from '../positions/attempts.ts'
import type { Positions } from '../positions/positions.ts'
import type { Call } from './call-queue.ts'

/** Makes what the middlewares receive beside the messages of a call. */
export const createRunContext = (
  payload: EachBatchPayload,
  positions: Positions,
  call: Call,
  fixed: Pick<RunContext, 'stopping' | 'signal' | 'isSuspect'>,
): RunContext => {
  const [{ topic, partition, offset }] = call
  const place = { topic, partition }
  const first = Number(offset)
  const failures = () => positions.failuresAt(place, first)
  let committed = attemptsMetadata(failures())

  const commitMetadata = (metadata: string) => {
    committed = metadata
    return requestGroup(async () => {
      // The offsets before this message may be a hole. Unless they are resolved, the client's next commit
      // goes back before the hole.
      payload.resolveOffset(String(first - 1))
      await payload.commitOffsetsIfNecessary(withMetadata(payload.uncommittedOffsets(), call, metadata))
    })
  }

  return {
    ...fixed,
    heartbeat: () => requestGroup(payload.heartbeat),
    failures,
    rememberFailures: async (count) => {
      positions.setFailures(place, first, count)
      const metadata = attemptsMetadata(count)
      if (metadata !== committed) await commitMetadata(metadata)
    },
    announceAttempt: (state) => {
      // When a call with several messages takes too long, nobody knows which message is the reason. The next
      // process must find it.
      const isFailure = state === 'late' && call.length === 1
      return commitMetadata(
        isFailure ? attemptsMetadata(failures() + 1) : positions.begunMetadata(place, first),
      )
    },
  }
}

/**
 * All offsets that are due to be committed, with metadata for the first message of the call. A commit
 * postpones the client's next automatic one, so it must include every partition. The client passes metadata
 * on, although its types do not mention it.
 */
const withMetadata = (
  { topics }: OffsetsByTopicPartition,
  [{ topic, partition, offset }]: Call,
  metadata: string,
): OffsetsByTopicPartition => {
  const ofThisTopic = topics.find((each) => each.topic === topic)?.partitions ?? []
  const others = ofThisTopic.filter((each) => each.partition !== partition)
  const partitions = [...others, { partition, offset, metadata }]
  return { topics: [...topics.filter((each) => each.topic !== topic), { topic, partitions }] }
}
