import type { OutgoingMessage } from '../record/encode.ts'
import type { GroupCommit } from './group-commit.ts'
import { createPendingMessage } from './pending-message.ts'
import type { Place } from './publish-with-chunks.ts'
import type { TopicAvailability } from './topic-availability.ts'
import type { TopicProbe } from './topic-probe.ts'

export interface CreatePlaceOptions {
  topics: Pick<TopicAvailability, 'factsOf' | 'claimProbe' | 'markUnavailable'>
  groupCommit: Pick<GroupCommit, 'enqueue' | 'wake'>
  probe: TopicProbe['probe']
}

/** A message goes to the queue. If its topic is unavailable, it is rejected, or it probes the topic. */
export const createPlace = ({ topics, groupCommit, probe }: CreatePlaceOptions): Place => {
  const placeProbe: Place = (message, isReserved, onSettled) => {
    const { topic } = message
    const claimed = topics.claimProbe(topic)
    if (claimed instanceof Error) {
      onSettled(claimed)
      return undefined
    }
    let isReleased = false
    const pending = createPendingMessage(message, claimed, (error, at) => {
      // The probe never took place, so another one must be allowed later.
      if (!isReleased && error !== undefined) topics.markUnavailable(topic, error)
      onSettled(error, at)
    })
    const release = () => {
      isReleased = true
      void probe(pending)
    }
    if (!isReserved) release()
    return { pending, release }
  }

  return (message: OutgoingMessage, isReserved, onSettled, reserved) => {
    const facts = topics.factsOf(message.topic)
    if (facts === undefined) return placeProbe(message, isReserved, onSettled)
    const pending = createPendingMessage(message, facts, onSettled)
    if (isReserved) pending.reserves = 'partition'
    groupCommit.enqueue(pending, reserved)
    const release = () => {
      pending.reserves = undefined
      groupCommit.wake()
    }
    return { pending, release }
  }
}
