import type { Consumer } from '../../consumers/consumer.ts'
import { consumers } from '../../consumers/index.ts'
import type { Environment } from '../../lib/config.ts'
import { findWorker } from '../workers/find-worker.ts'
import { openSettle } from './dead-letter-writer.ts'
import { openDeadLetters } from './open-dead-letters.ts'
import { createSelect, mustSelect, type Selection } from './selector.ts'

export interface Discarded {
  dead_letter: string
  result: 'discarded' | 'would_discard'
}

/** Gives dead letters up. A run that is interrupted is simply made again. */
export async function* discardDeadLetters(
  worker: string,
  options: Selection & { dryRun?: true; reason?: string },
  env: Environment,
  workers: readonly Consumer[] = consumers,
): AsyncGenerator<Discarded> {
  mustSelect(options)
  const isMeant = createSelect(options, Date.now())
  const opened = await openDeadLetters(findWorker(worker, workers), env)
  const letters = opened.letters.filter(isMeant)
  if (options.dryRun) {
    for (const { dead_letter } of letters) yield { dead_letter, result: 'would_discard' }
    return
  }
  const settle = await openSettle(opened)
  try {
    for (let start = 0; start < letters.length; start += portion) {
      const some = letters.slice(start, start + portion)
      await settle.record(some, 'discard', options.reason)
      await settle.close(some, 'discard')
      for (const { dead_letter } of some) yield { dead_letter, result: 'discarded' }
    }
  } finally {
    await settle.disconnect()
  }
}

const portion = 100
