import type { Logger } from '../../lib/logger.ts'
import type { Deliver } from '../deliver.ts'
import type { Hook } from '../hook.ts'
import { type Drain, startDrain } from './drain.ts'
import type { Spools } from './spools.ts'

/** Starts one drain for each spool, so that a spool that waits for its topic does not delay the others. */
export const startDrains = (
  { common, ofTopics }: Pick<Spools, 'common' | 'ofTopics'>,
  deliver: Deliver,
  logger: Logger,
): Drain => {
  const moveTo = async (topic: string, hooks: readonly Hook[]): Promise<void> => {
    const spool = ofTopics.get(topic)
    if (spool === undefined) throw new Error(`there is no spool of the topic ${topic}`)
    await spool.appendMoved(hooks)
  }
  const shared = { deliver, moveTo, logger }
  const drains = [startDrain({ spool: common, ...shared })]
  for (const [topic, spool] of ofTopics) drains.push(startDrain({ spool, topic, ...shared }))
  return {
    stop: async () => {
      await Promise.all(drains.map((drain) => drain.stop()))
    },
  }
}
