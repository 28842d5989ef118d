import type { EachBatchPayload } from 'kafkajs'
import type { Message } from '../../consumer.ts'
import type { RunContext } from '../middleware/chain.ts'
import { askGroup } from '../middleware/group-error.ts'
import { attemptsMetadata, type Positions } from '../positions/positions.ts'

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
    return askGroup(async () => {
      // Behind a hole the client would else go back to where that begins with its next commit.
      payload.resolveOffset(String(at - 1))
      // Any commit puts off the client's next one: it has to be for all. Metadata is passed on, though the types do not know it.
      const { topics } = payload.uncommittedOffsets()
      const here = topics.find((each) => each.topic === topic)?.partitions ?? []
      const partitions = [
        ...here.filter((each) => each.partition !== partition),
        { partition, offset, metadata },
      ]
      await payload.commitOffsetsIfNecessary({
        topics: [...topics.filter((each) => each.topic !== topic), { topic, partitions }],
      })
    })
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
    foretell: (what) =>
      note(
        what === 'late' && call.length === 1
          ? attemptsMetadata(failures() + 1)
          : positions.begunMetadata(place, at),
      ),
  }
}
