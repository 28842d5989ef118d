import type { Message } from 'kafkajs'
import {
  redriveCountHeader,
  redriveEventHeader,
  redriveOfHeader,
  redriveOriginHeader,
} from '../../consumers/runtime/dead-letters/dead-letter-headers.ts'
import { messageOf } from '../../lib/errors.ts'
import { isTooLarge } from '../../lib/kafka/is-too-large.ts'
import type { LogMessage } from '../../lib/kafka/log-reader.ts'
import { parseMessageOrigin } from '../../lib/kafka/message-origin.ts'
import type { DeadLetter } from './dead-letter.ts'
import type { DeadLetterWriter } from './dead-letter-writer.ts'
import { messageIsGone, type ReadLetter } from './read-dead-letters.ts'

export interface RedriveResult {
  dead_letter: string
  /**
   * `held_back`: not redriven, still open; `detail` says why. `was_redriven`: a run that was interrupted had
   * copied it already, so that it only had to be settled.
   */
  result: 'redriven' | 'was_redriven' | 'held_back'
  detail?: string
}

interface RedriveTarget {
  /** Names of the dead letters that have a copy on the retry topic, see {@link nameOf}. */
  copied: ReadonlySet<string>
  /** Number of partitions of the retry topic. */
  partitions: number
  reason: string | undefined
}

/**
 * Records the operation, copies the messages to the retry topic, then settles the dead letters. A dead letter
 * that cannot be copied stays open and does not stop the others.
 *
 * @throws any error of the brokers but "message too large"; then nothing of the portion is settled
 */
export const redrivePortion = async (
  portion: readonly ReadLetter[],
  writer: DeadLetterWriter,
  target: RedriveTarget,
): Promise<RedriveResult[]> => {
  const present = portion.filter(({ message }) => message !== undefined)
  await writer.recordOperation(lettersOf(present), 'redrive', target.reason)
  const results: (ReadLetter & { outcome: RedriveResult })[] = []
  for (const one of portion) results.push({ ...one, outcome: await copy(one, writer, target) })
  const done = results.filter(({ outcome }) => outcome.result !== 'held_back')
  await writer.settle(lettersOf(done), 'redrive')
  return results.map(({ outcome }) => outcome)
}

const lettersOf = (portion: readonly ReadLetter[]) => portion.map(({ letter }) => letter)

const copy = async (
  { letter, message }: ReadLetter,
  writer: DeadLetterWriter,
  { copied, partitions }: RedriveTarget,
): Promise<RedriveResult> => {
  const { dead_letter } = letter
  if (copied.has(nameOf(letter))) return { dead_letter, result: 'was_redriven' }
  if (message === undefined) return { dead_letter, result: 'held_back', detail: messageIsGone }
  try {
    await writer.copyToRetryTopic(copyOf(letter, message, partitions))
    return { dead_letter, result: 'redriven' }
  } catch (error) {
    if (!isTooLarge(error)) throw error
    const detail = `the retry topic refuses the message: ${messageOf(error)}`
    return { dead_letter, result: 'held_back', detail }
  }
}

/** One dead letter can be dead-lettered again under the same key, so its offset is a part of its name. */
const nameOf = ({ dead_letter, offset }: DeadLetter): string => `${dead_letter}@${offset}`

/**
 * The original message, for the partition it came from, with headers that tell the worker about the redrive.
 */
const copyOf = (
  letter: DeadLetter,
  { headers, value }: LogMessage,
  partitions: number,
): Message & { partition: number } => ({
  key: letter.key,
  value,
  partition: partitionOf(letter.origin, partitions),
  headers: {
    ...Object.fromEntries(Object.entries(headers).filter(([name]) => !name.startsWith('dead-letter-'))),
    [redriveEventHeader]: letter.event,
    [redriveOriginHeader]: letter.origin,
    [redriveOfHeader]: nameOf(letter),
    [redriveCountHeader]: String(letter.redrives + 1),
  },
})

/** The partition that the message came from; 0 if its origin cannot be read. */
const partitionOf = (origin: string, partitions: number): number => {
  const { partition } = parseMessageOrigin(origin)
  return Number.isSafeInteger(partition) && partition >= 0 ? partition % partitions : 0
}
