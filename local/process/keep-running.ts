import { setTimeout as sleep } from 'node:timers/promises'
import { messageOf } from '../../lib/errors.ts'
import type { Exit } from './child.ts'

/** How long to wait before something that died is started again: doubling, and reset after it ran for a while. All in milliseconds. */
interface BackOff {
  firstMs: number
  longestMs: number
  settledMs: number
}

const usualBackOff: BackOff = { firstMs: 1000, longestMs: 30_000, settledMs: 60_000 }

/** What is kept running. */
export interface Kept {
  name: string
  /** Resolves when it runs again. */
  startAgain(): Promise<{ exited: Promise<Exit> }>
  say(line: string): void
  /** Aborted when it is to stay down. */
  signal: AbortSignal
  backOff?: BackOff
}

/** Starts something again whenever it ends, until the signal is aborted; says so in one line each time. */
export const keepRunning = async (first: { exited: Promise<Exit> }, kept: Kept): Promise<void> => {
  const { name, startAgain, say, signal, backOff = usualBackOff } = kept
  let reason = first.exited.then(describeExit)
  let startedAt = Date.now()
  let delayMs = backOff.firstMs
  for (;;) {
    const ended = await reason
    if (signal.aborted) return
    if (Date.now() - startedAt > backOff.settledMs) delayMs = backOff.firstMs
    say(`${name} ${ended}; starting it again in ${delayMs / 1000} s`)
    await sleep(delayMs, undefined, { signal }).catch(() => {})
    if (signal.aborted) return
    delayMs = Math.min(delayMs * 2, backOff.longestMs)
    startedAt = Date.now()
    reason = startAgain().then(
      ({ exited }) => exited.then(describeExit),
      (error) => `did not start (${messageOf(error)})`,
    )
  }
}

const describeExit = ({ code, signal }: Exit): string =>
  signal === null ? `ended with code ${code}` : `was ended by ${signal}`
