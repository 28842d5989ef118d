import type { SeededRandom } from '../../faults/seeded-random.ts'
import type { TrackerDouble, TrackerFault } from './tracker-double.ts'

const faults: readonly TrackerFault[] = [
  ...(['cut', 'stored_then_cut', 'stored_then_failed', 'stored_then_hang', 'hang', 'sign_in'] as const),
  { status: 503 },
  { status: 429, headers: { 'retry-after': '0' } },
  { status: 401 },
]

/**
 * Lets half of the requests of a double fail in a random way.
 *
 * @param crash ends the process of the sender; it is called during some requests without an answer
 */
export const behaveBadly = (double: TrackerDouble, random: SeededRandom, crash: () => void): void =>
  double.behave(() => {
    if (random.chance(0.5)) return undefined
    const fault = random.pick(faults)
    const isUnanswered = fault === 'hang' || fault === 'stored_then_hang'
    // The double does its part before the sender ends.
    if (isUnanswered && random.chance(0.5)) setImmediate(crash)
    return fault
  })
