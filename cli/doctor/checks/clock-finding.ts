import type { Finding } from '../finding.ts'

/** Clocks that differ by more make ages and verdicts wrong, in milliseconds. */
const maxDifferenceMs = 5000

/** @param other its time, and `own` ours at that moment, in milliseconds since 1970 */
export const clockFinding = (whose: string, other: number, own: number): Finding => {
  const seconds = Math.round((other - own) / 1000)
  if (Math.abs(other - own) <= maxDifferenceMs)
    return {
      check: 'clocks',
      state: 'ok',
      says: `The clock of ${whose} agrees with the one of this machine.`,
    }
  return {
    check: 'clocks',
    state: 'problem',
    says: `The clock of ${whose} is ${Math.abs(seconds)} s ${seconds > 0 ? 'ahead of' : 'behind'} ours.`,
    todo: 'let NTP set the clocks of both: signed hooks are refused when a clock is wrong',
  }
}
