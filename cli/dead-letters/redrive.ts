import { setTimeout as sleep } from 'node:timers/promises'
import type { Consumer } from '../../consumers/consumer.ts'
import { consumers } from '../../consumers/index.ts'
import { redriveOfHeader } from '../../consumers/runtime/dead-letters/dead-letter-headers.ts'
import type { Environment } from '../../lib/config.ts'
import { UsageError } from '../../lib/errors.ts'
import { readLog } from '../../lib/kafka/log-reader.ts'
import { openOffsets } from '../../lib/kafka/offsets.ts'
import { findWorker } from '../workers/find-worker.ts'
import type { DeadLetter } from './dead-letter.ts'
import { openDeadLetterWriter } from './dead-letter-writer.ts'
import { type DryRunResult, dryRun } from './dry-run.ts'
import { type DeadLetters, openDeadLetters, whileLocked } from './open-dead-letters.ts'
import type { RedriveOptions, Selection } from './options.ts'
import { portionsOf } from './portions-of.ts'
import { readMessages } from './read-dead-letters.ts'
import { type RedriveResult, redrivePortion } from './redrive-portion.ts'
import { createSelector, requireCondition } from './selector.ts'
import type { SettleLock } from './settle-lock.ts'

/**
 * Copies dead letters to the retry topic, which only their worker reads, and settles them.
 *
 * Dead letters go in portions. For each portion the operation is recorded, the messages are copied, and
 * tombstones are written, in this order. A run that is interrupted at any point loses nothing. The next run
 * copies nothing twice, because it first reads which copies are on the retry topic already.
 *
 * @throws UsageError if the worker does not exist, if no condition is given, or if another redrive or discard
 * of this worker is running
 */
export async function* redriveDeadLetters(
  worker: string,
  options: Selection & RedriveOptions,
  env: Environment,
  workers: readonly Consumer[] = consumers,
): AsyncGenerator<RedriveResult | DryRunResult> {
  const consumer = findWorker(worker, workers)
  requireCondition(options)
  const isSelected = createSelector(options, Date.now())
  const { perSecond = 100, maxRedrives = 3 } = options
  if (perSecond < 1) throw new UsageError('--per-second: the number must be 1 or more.')
  const operate = async function* (opened: DeadLetters, assertHeld: SettleLock['assertHeld']) {
    const selected = opened.letters.filter(isSelected)
    for (const { dead_letter, redrives } of selected)
      if (redrives >= maxRedrives)
        yield { dead_letter, result: 'held_back', detail: `was redriven ${redrives} times already` } as const

    const letters = selected.filter(({ redrives }) => redrives < maxRedrives)
    if (options.dryRun) yield* dryRun(opened, letters, env)
    else yield* redrive(opened, letters, perSecond, options.reason, assertHeld)
  }
  if (options.dryRun) yield* operate(await openDeadLetters(consumer, env), () => undefined)
  else yield* whileLocked(consumer, env, operate)
}

async function* redrive(
  opened: DeadLetters,
  letters: readonly DeadLetter[],
  perSecond: number,
  reason: string | undefined,
  assertHeld: SettleLock['assertHeld'],
): AsyncGenerator<RedriveResult> {
  const writer = await openDeadLetterWriter(opened)
  try {
    const target = { copied: await readCopied(opened), partitions: await retryPartitions(opened), reason }
    const messages = readMessages(opened.kafka, opened.deadLetterTopic, letters)
    for await (const portion of portionsOf(messages, Math.min(maxPortionLetters, perSecond))) {
      const pause = sleep((1000 * portion.length) / perSecond)
      assertHeld()
      yield* await redrivePortion(portion, writer, target)
      await pause
    }
  } finally {
    await writer.disconnect()
  }
}

const maxPortionLetters = 100

/** Names of the dead letters that have a copy on the retry topic. */
const readCopied = async ({ kafka, retryTopic }: DeadLetters): Promise<Set<string>> => {
  const copied = new Set<string>()
  for await (const { headers } of readLog(kafka, { topics: [retryTopic], from: 'beginning', to: 'now' })) {
    const name = headers[redriveOfHeader]
    if (name !== undefined) copied.add(name)
  }
  return copied
}

const retryPartitions = async ({ kafka, retryTopic }: DeadLetters): Promise<number> => {
  const offsets = await openOffsets(kafka)
  return (await offsets.ends([retryTopic]).finally(() => offsets.close())).length
}
