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

  const commitMetadata = (
    metadata: string,
    others: OffsetsByTopicPartition = payload.uncommittedOffsets(),
  ) => {
    committed = metadata
    return requestGroup(async () => {
      // The offsets before this message may be a hole. Unless they are resolved, the client's next commit
      // goes back before the hole.
      payload.resolveOffset(String(first - 1))
      await payload.commitOffsetsIfNecessary(withMetadata(others, call, metadata))
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
      const metadata = isFailure ? attemptsMetadata(failures() + 1) : positions.begunMetadata(place, first)
      // The first calls of several partitions begin at about the same time. Each leaves the marks of the
      // others in place: a commit of their offsets would remove them.
      const isFirstCall = state === 'begun' && !fixed.isSuspect
      return isFirstCall ? commitMetadata(metadata, { topics: [] }) : commitMetadata(metadata)
    },
  }
}

/**
 * Offsets to commit, with metadata for the first message of the call. A commit postpones the client's next
 * automatic one, so a call that commits again and again must include every partition. The client passes
 * metadata on, although its types do not mention it.
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
