import type { Delivery } from '../../deliver.ts'
import { notQueued } from '../../deliver.ts'
import type { Hook } from '../../hook.ts'
import type { Outcome } from '../../outcome.ts'

type StartTimer = (onTime: () => void, afterMs: number) => NodeJS.Timeout

/** A complete and authenticated hook whose sender waits for the answer. */
export interface AcceptedHook {
  readonly hook: Hook
  /** Its place in the queue for the brokers. */
  delivery: Delivery
  /** Whether it waits for the brokers. Only `WaitingHooks` changes this. */
  isWaiting: boolean
  /** Why it has lost that place; undefined as long as it may still be acknowledged. */
  failure: unknown
  /** Whether the time for the brokers is up. */
  isDue: boolean
  isAnswered: boolean
  /** Only the first answer counts. */
  answer(outcome: Outcome): void
  /** Starts a timer, in place of the one before. It ends with the answer. */
  setTimer(afterMs: number, onTime: () => void, start?: StartTimer): void
  /** How much is left of a time that began with the first byte of the request, in milliseconds. */
  leftMs(limitMs: number): number
}

/** The brokers and the disk get this long even if the body used up their time. Healthy ones need no more. */
export const minStepMs = 300

/**
 * @param arrivedAt when the first byte of the request arrived, in milliseconds of the monotonic clock
 * @param onAnswer gets the first answer
 */
export const createAcceptedHook = (
  hook: Hook,
  arrivedAt: number,
  onAnswer: (outcome: Outcome) => void,
): AcceptedHook => {
  let timer: NodeJS.Timeout | undefined
  const accepted: AcceptedHook = {
    hook,
    delivery: notQueued,
    isWaiting: false,
    failure: undefined,
    isDue: false,
    isAnswered: false,
    answer: (outcome) => {
      clearTimeout(timer)
      if (accepted.isAnswered) return
      accepted.isAnswered = true
      onAnswer(outcome)
    },
    setTimer: (afterMs, onTime, start = setTimeout) => {
      clearTimeout(timer)
      if (!accepted.isAnswered) timer = start(onTime, afterMs)
    },
    leftMs: (limitMs) => {
      const passedMs = performance.now() - arrivedAt
      return Math.min(limitMs, Math.max(minStepMs, limitMs - passedMs))
    },
  }
  return accepted
}
