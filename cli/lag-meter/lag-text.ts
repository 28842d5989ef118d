import { styleText } from 'node:util'
import { type Lag, lagSeconds } from './lag-meter.ts'

/** How far a group is behind, in words. @param now milliseconds since 1970 */
export const lagText = (lag: Omit<Lag, 'group' | 'topic' | 'verdict'>, now: number): string => {
  if (lag.missing === 'topic') return 'the topic does not exist'
  if (lag.missing !== undefined) return 'a partition has no committed offset: run `bridge setup`'
  if (lag.records === 0) return 'caught up'
  return `${lag.records} records behind, the oldest ${lagSeconds(lag, now).toFixed(1)} s old`
}

/** The line for a group or worker that is not used. It is grey in a terminal. */
export const notUsedText = (name: string): string =>
  styleText('gray', `not used ${name}  has never run, and BRIDGE_WORKERS does not name it`)
