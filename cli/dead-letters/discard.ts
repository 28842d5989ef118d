import type { Consumer } from '../../consumers/consumer.ts'
import { consumers } from '../../consumers/index.ts'
import type { Environment } from '../../lib/config.ts'
import { findWorker } from '../workers/find-worker.ts'
import { openDeadLetterWriter } from './dead-letter-writer.ts'
import { openDeadLetters } from './open-dead-letters.ts'
import type { Selection, SettleOptions } from './options.ts'
import { createSelector, requireCondition } from './selector.ts'

interface DiscardResult {
  dead_letter: string
  result: 'discarded' | 'would_discard'
}

const portionLetters = 100

/**
 * Settles dead letters without handling them. A run that was interrupted can simply be started again.
 *
 * @throws UsageError if the worker does not exist, or if no condition is given
 */
export async function* discardDeadLetters(
  worker: string,
  options: Selection & SettleOptions,
  env: Environment,
  workers: readonly Consumer[] = consumers,
): AsyncGenerator<DiscardResult> {
  requireCondition(options)
  const isSelected = createSelector(options, Date.now())
  const opened = await openDeadLetters(findWorker(worker, workers), env)
  const letters = opened.letters.filter(isSelected)
  if (options.dryRun) {
    for (const { dead_letter } of letters) yield { dead_letter, result: 'would_discard' }
    return
  }
  const writer = await openDeadLetterWriter(opened)
  try {
    for (let start = 0; start < letters.length; start += portionLetters) {
      const portion = letters.slice(start, start + portionLetters)
      await writer.recordOperation(portion, 'discard', options.reason)
      await writer.settle(portion, 'discard')
      for (const { dead_letter } of portion) yield { dead_letter, result: 'discarded' }
    }
  } finally {
    await writer.disconnect()
  }
}
