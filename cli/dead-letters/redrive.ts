import { setTimeout as sleep } from 'node:timers/promises'
import type { Message } from 'kafkajs'
import type { Consumer } from '../../consumers/consumer.ts'
import { redriveCountHeader, redriveEventHeader, redriveOfHeader, redriveOriginHeader } from '../../consumers/dead-letter-headers.ts'
import { consumers } from '../../consumers/index.ts'
import type { Environment } from '../../lib/config.ts'
import { type LogMessage, readLog } from '../../lib/log-reader.ts'
import { openOffsets } from '../../lib/offsets.ts'
import type { RedriveOptions } from '../dead-letters.ts'
import { findWorker } from '../find-worker.ts'
import type { DeadLetter } from './dead-letter.ts'
import { type DeadLetters, openDeadLetters } from './open-dead-letters.ts'
import { readMessages } from './read-dead-letters.ts'
import { rehearse } from './rehearse.ts'
import { createSelect, mustSelect, type Selection } from './select.ts'
import { openSettle, type Settle } from './settle.ts'

/** `held_back`: it came back too often already. `was_redriven`: an interrupted run had sent it, and it only had to be settled. */
export interface Redriven {
  dead_letter: string
  result: 'redriven' | 'was_redriven' | 'held_back' | 'would_redrive' | 'would_fail'
  detail?: string
}

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
): AsyncGenerator<Redriven> {
  mustSelect(options)
  const { perSecond = 100, maxRedrives = 3 } = options
  const opened = await openDeadLetters(findWorker(worker, workers), env)
  const meant = opened.letters.filter(createSelect(options, Date.now()))
  const [held, letters] = [meant.filter(({ redrives }) => redrives >= maxRedrives), meant.filter(({ redrives }) => redrives < maxRedrives)]
  for (const { dead_letter, redrives } of held) yield { dead_letter, result: 'held_back', detail: `was taken back ${redrives} times` }
  if (options.dryRun) return yield* rehearse(opened, letters)

  const settle = await openSettle(opened)
  try {
    const sent = await readSent(opened)
    const partitions = await partitionsOf(opened)
    let portion: { letter: DeadLetter; message: LogMessage }[] = []
    const size = Math.max(1, Math.min(100, perSecond))
    for await (const one of readMessages(opened.kafka, opened.deadLetterTopic, letters)) {
      portion.push(one)
      if (portion.length < size) continue
      const pause = sleep((1000 * portion.length) / perSecond)
      yield* await redrivePortion(settle, portion, sent, partitions, options.reason)
      portion = []
      await pause
    }
    yield* await redrivePortion(settle, portion, sent, partitions, options.reason)
  } finally {
    await settle.disconnect()
  }
}

const redrivePortion = async (
  settle: Settle,
  portion: readonly { letter: DeadLetter; message: LogMessage }[],
  sent: ReadonlySet<string>,
  partitions: number,
  reason: string | undefined,
): Promise<Redriven[]> => {
  const letters = portion.map(({ letter }) => letter)
  const copies = portion.filter(({ letter }) => !sent.has(nameOf(letter))).map(({ letter, message }) => copyOf(letter, message, partitions))
  await settle.record(letters, 'redrive', reason)
  for (const ofPartition of Map.groupBy(copies, ({ partition }) => partition).values()) await settle.copy(ofPartition)
  await settle.close(letters, 'redrive')
  return letters.map((letter) => ({ dead_letter: letter.dead_letter, result: sent.has(nameOf(letter)) ? 'was_redriven' : 'redriven' }))
}

const nameOf = ({ dead_letter, offset }: DeadLetter): string => `${dead_letter}@${offset}`

/** The message as it was, in the partition it came from, with what the worker must know of its way. */
const copyOf = (letter: DeadLetter, { headers, value }: LogMessage, partitions: number): Message & { partition: number } => ({
  key: letter.key,
  value,
  partition: Number(letter.origin.split('/').at(-2)) % partitions,
  headers: {
    ...Object.fromEntries(Object.entries(headers).filter(([name]) => !name.startsWith('dead-letter-'))),
    [redriveEventHeader]: letter.event,
    [redriveOriginHeader]: letter.origin,
    [redriveOfHeader]: nameOf(letter),
    [redriveCountHeader]: String(letter.redrives + 1),
  },
})

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
