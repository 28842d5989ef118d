import { withTimeLimit } from '../../../lib/time-limit.ts'

export interface BrokerWatchOptions {
  /** When a broker last answered the Kafka client of the group, by `performance.now()`. */
  lastAnswerAt(): number
  /** Resolves when a broker answers. It is only called while the client of the group gets no answers. */
  probe(): Promise<unknown>
  onChange(areAway: boolean): void
}

export interface BrokerWatch {
  /** Whether no broker answers. */
  areAway(): boolean
  stop(): void
}

const everyMs = 1000
/** After this time without an answer to the client of the group, a probe is sent, in milliseconds. */
const silenceMs = 5000
const probeLimitMs = 4000

/**
 * Finds out whether any broker answers. The client of the group does not tell it: it tries again without end,
 * and gets no answer either while the group waits for another member.
 */
export const startBrokerWatch = ({ lastAnswerAt, probe, onChange }: BrokerWatchOptions): BrokerWatch => {
  let areAway = false
  let isChecking = false

  const isAnyAnswering = async () => {
    if (performance.now() - lastAnswerAt() < silenceMs) return true
    return await withTimeLimit(probeLimitMs, probe()).then(
      () => true,
      () => false,
    )
  }

  const timer = setInterval(async () => {
    if (isChecking) return
    isChecking = true
    const wereAway = areAway
    areAway = !(await isAnyAnswering())
    isChecking = false
    if (areAway !== wereAway) onChange(areAway)
  }, everyMs)
  timer.unref()
  return { areAway: () => areAway, stop: () => clearInterval(timer) }
}
