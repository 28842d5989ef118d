import { setTimeout as sleep } from 'node:timers/promises'
import type { Consumer } from '../../consumers/consumer.ts'
import { consumers } from '../../consumers/index.ts'
import { redriveOfHeader } from '../../consumers/runtime/dead-letters/dead-letter-headers.ts'
import type { Environment } from '../../lib/config.ts'
import { UsageError } from '../../lib/errors.ts'
import { readLog } from '../../lib/kafka/log-reader.ts'
import { openOffsets } from '../../lib/kafka/offsets.ts'
import { findWorker } from '../workers/find-worker.ts'
import type { RedriveOptions } from './command.ts'
import { openSettle } from './dead-letter-writer.ts'
import { type Rehearsed, rehearse } from './dry-run.ts'
import { type DeadLetters, openDeadLetters } from './open-dead-letters.ts'
import { type ReadLetter, readMessages } from './read-dead-letters.ts'
import { type Redriven, redrivePortion } from './redrive-portion.ts'
import { createSelect, mustSelect, type Selection } from './selector.ts'

/**
 * Copies dead letters to the retry topic, which only their worker reads, and settles them.
 *
 * Record, copy, tombstone, in this order and a portion at a time: interrupted anywhere, nothing is lost, and the next run sends
 * nothing a second time, since it looks first at what is on the retry topic already.
 */
export async function* redriveDeadLetters(
  worker: string,
  options: Selection & RedriveOptions,
  env: Environment,
  workers: readonly Consumer[] = consumers,
): AsyncGenerator<Redriven | Rehearsed> {
  mustSelect(options)
  const isMeant = createSelect(options, Date.now())
  const { perSecond = 100, maxRedrives = 3 } = options
  if (perSecond < 1) throw new UsageError('--per-second is 1 at least')
  const opened = await openDeadLetters(findWorker(worker, workers), env)
  const meant = opened.letters.filter(isMeant)
  const [held, letters] = [
    meant.filter(({ redrives }) => redrives >= maxRedrives),
    meant.filter(({ redrives }) => redrives < maxRedrives),
  ]
  for (const { dead_letter, redrives } of held)
    yield { dead_letter, result: 'held_back', detail: `was taken back ${redrives} times` }
  if (options.dryRun) return yield* rehearse(opened, letters)

  const settle = await openSettle(opened)
  try {
    const sent = await readSent(opened)
    const partitions = await partitionsOf(opened)
    let portion: ReadLetter[] = []
    const size = Math.min(100, perSecond)
    for await (const one of readMessages(opened.kafka, opened.deadLetterTopic, letters)) {
      portion.push(one)
      if (portion.length < size && bytesOf(portion) < maxPortionBytes) continue
      const pause = sleep((1000 * portion.length) / perSecond)
      yield* await redrivePortion(portion, settle, sent, partitions, options.reason)
      portion = []
      await pause
    }
    yield* await redrivePortion(portion, settle, sent, partitions, options.reason)
  } finally {
    await settle.disconnect()
  }
}

/** What is held in memory of a portion; one record may be larger. */
const maxPortionBytes = 16 * 1024 * 1024
const bytesOf = (portion: readonly ReadLetter[]) =>
  portion.reduce((sum, { message }) => sum + (message?.value?.length ?? 0), 0)

/** The dead letters whose copies are on the retry topic. */
const readSent = async ({ kafka, retryTopic }: DeadLetters): Promise<Set<string>> => {
  const sent = new Set<string>()
  for await (const { headers } of readLog(kafka, { topics: [retryTopic], from: 'beginning', to: 'now' })) {
    const of = headers[redriveOfHeader]
    if (of !== undefined) sent.add(of)
  }
  return sent
}

const partitionsOf = async ({ kafka, retryTopic }: DeadLetters): Promise<number> => {
  const offsets = await openOffsets(kafka)
  return (await offsets.ends([retryTopic]).finally(() => offsets.close())).length
}
