import type { EachBatchPayload, OffsetsByTopicPartition } from 'kafkajs'
import type { Message } from './consumer.ts'
import { askGroup } from './group-error.ts'
import type { RunContext } from './middleware/chain.ts'
import { attemptsMetadata, type Positions } from './positions.ts'

/** What the chain is told beside the messages of a call, `first` and those after it. */
export const contextOf = (
  payload: EachBatchPayload,
  positions: Positions,
  call: readonly Message[],
  { topic, partition, offset }: Message,
  fixed: Pick<RunContext, 'stopping' | 'signal' | 'isSuspect'>,
): RunContext => {
  const [place, at] = [{ topic, partition }, Number(offset)]
  const failures = () => positions.failuresAt(place, at)
  let noted = attemptsMetadata(failures())
  const note = (metadata: string) => {
    noted = metadata
    // The client passes metadata on, though its types do not know it; its other way to commit would lose it at the next commit.
    const commit = { partition, offset, metadata }
    const offsets: OffsetsByTopicPartition = { topics: [{ topic, partitions: [commit] }] }
    return askGroup(() => payload.commitOffsetsIfNecessary(offsets))
  }
  return {
    ...fixed,
    heartbeat: () => askGroup(payload.heartbeat),
    failures,
    rememberFailures: async (count) => {
      positions.setFailures(place, at, count)
      const metadata = attemptsMetadata(count)
      if (metadata !== noted) await note(metadata)
    },
    // Which of several messages took too long is not known: the next process is to find out.
    foretell: (what) => note(what === 'late' && call.length === 1 ? attemptsMetadata(failures() + 1) : positions.begunMetadata(place, at)),
  }
}
