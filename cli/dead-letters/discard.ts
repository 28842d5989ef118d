import type { Consumer } from '../../consumers/consumer.ts'
import { consumers } from '../../consumers/index.ts'
import type { Environment } from '../../lib/config.ts'
import { findWorker } from '../workers/find-worker.ts'
import type { DeadLetter } from './dead-letter.ts'
import { openDeadLetterWriter } from './dead-letter-writer.ts'
import { type DeadLetters, openDeadLetters, whileLocked } from './open-dead-letters.ts'
import type { Selection, SettleOptions } from './options.ts'
import { createSelector, requireCondition } from './selector.ts'
import type { SettleLock } from './settle-lock.ts'

interface DiscardResult {
  dead_letter: string
  result: 'discarded' | 'would_discard'
}

const portionLetters = 100

/**
 * Settles dead letters without handling them. A run that was interrupted can simply be started again.
 *
 * @throws UsageError if the worker does not exist, if no condition is given, or if another redrive or discard
 * of this worker is running
 */
export async function* discardDeadLetters(
  worker: string,
  options: Selection & SettleOptions,
  env: Environment,
  workers: readonly Consumer[] = consumers,
): AsyncGenerator<DiscardResult> {
  const consumer = findWorker(worker, workers)
  requireCondition(options)
  const isSelected = createSelector(options, Date.now())
  if (options.dryRun) {
    const { letters } = await openDeadLetters(consumer, env)
    for (const { dead_letter } of letters.filter(isSelected)) yield { dead_letter, result: 'would_discard' }
    return
  }
  yield* whileLocked(consumer, env, (opened, assertHeld) =>
    discard(opened, opened.letters.filter(isSelected), options.reason, assertHeld),
  )
}

async function* discard(
  opened: DeadLetters,
  letters: readonly DeadLetter[],
  reason: string | undefined,
  assertHeld: SettleLock['assertHeld'],
): AsyncGenerator<DiscardResult> {
  const writer = await openDeadLetterWriter(opened)
  try {
    for (let start = 0; start < letters.length; start += portionLetters) {
      assertHeld()
      const portion = letters.slice(start, start + portionLetters)
      await writer.recordOperation(portion, 'discard', reason)
      await writer.settle(portion, 'discard')
      for (const { dead_letter } of portion) yield { dead_letter, result: 'discarded' }
    }
  } finally {
    await writer.disconnect()
  }
}
