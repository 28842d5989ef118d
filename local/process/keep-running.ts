import { setTimeout as sleep } from 'node:timers/promises'
import { type Backoff, backoffMs } from '../../lib/backoff.ts'
import { messageOf } from '../../lib/errors.ts'
import type { Exit } from './child.ts'

/** How long to wait before something that ended is started again. */
export interface RestartBackoff extends Backoff {
  /** After it has run this long, in milliseconds, the wait is the first one again. */
  stableMs: number
}

const defaultBackoff: RestartBackoff = { firstMs: 1000, maxMs: 30_000, stableMs: 60_000 }

export interface KeepRunningOptions {
  /** The name in messages. */
  name: string
  /** Resolves when it runs again. */
  restart(): Promise<{ exited: Promise<Exit> }>
  /** Prints one line for the user. */
  print(line: string): void
  /** Aborted when it must not be started again. */
  signal: AbortSignal
  backoff?: RestartBackoff
}

/** Starts something again each time it ends or cannot be started, until the signal is aborted. */
export const keepRunning = async (
  first: { exited: Promise<Exit> },
  { name, restart, print, signal, backoff = defaultBackoff }: KeepRunningOptions,
): Promise<void> => {
  let end = first.exited.then(describeExit)
  let startedAt = Date.now()
  let failures = 0
  for (;;) {
    const reason = await end
    if (signal.aborted) return
    failures = Date.now() - startedAt > backoff.stableMs ? 1 : failures + 1
    const waitMs = backoffMs(backoff, failures)
    print(`${name} ${reason}. It will be started again in ${waitMs / 1000} s.`)
    await sleep(waitMs, undefined, { signal }).catch(() => {})
    if (signal.aborted) return
    startedAt = Date.now()
    end = restart().then(
      ({ exited }) => exited.then(describeExit),
      (error) => `did not start (${messageOf(error)})`,
    )
  }
}

const describeExit = ({ code, signal }: Exit): string =>
  signal === null ? `ended with code ${code}` : `was ended by ${signal}`
