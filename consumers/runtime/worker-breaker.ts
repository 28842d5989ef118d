import type { Logger } from '../../lib/logger.ts'
import {
  type Breaker,
  type CircuitState,
  circuitStates,
  createBreaker,
  outageDelayMs,
} from './batch/breaker.ts'
import type { GroupMember } from './group/group-member.ts'
import type { ConsumerMetrics } from './metrics.ts'

/** Creates the breaker that pauses the group member, and shows its state in the metrics and the log. */
export const createWorkerBreaker = (
  memberOf: () => Pick<GroupMember, 'pause' | 'resume'>,
  metrics: Pick<ConsumerMetrics, 'circuit'>,
  logger: Logger,
): Breaker => {
  const showState = (state: CircuitState) => {
    for (const each of circuitStates) metrics.circuit.set({ state: each }, each === state ? 1 : 0)
  }
  showState('closed')
  return createBreaker({
    pause: () => memberOf().pause(),
    resume: () => memberOf().resume(),
    onChange: (state, details) => {
      showState(state)
      logger.warn(`circuit ${state}`, details)
    },
    waitMs: outageDelayMs,
  })
}
