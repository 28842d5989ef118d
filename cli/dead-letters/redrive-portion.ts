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
import type { DeadLetter } from './dead-letter.ts'
import type { Settle } from './dead-letter-writer.ts'
import { gone, type ReadLetter } from './read-dead-letters.ts'

/** `held_back`: it cannot or should not go; `detail` says why. `was_redriven`: an interrupted run had sent it, and it only had to be settled. */
export interface Redriven {
  dead_letter: string
  result: 'redriven' | 'was_redriven' | 'held_back'
  detail?: string
}

/**
 * Record, copy, tombstone. What cannot be copied stays open.
 *
 * @param sent the dead letters whose copies are on the retry topic
 * @param partitions of the retry topic
 */
export const redrivePortion = async (
  portion: readonly ReadLetter[],
  settle: Settle,
  sent: ReadonlySet<string>,
  partitions: number,
  reason: string | undefined,
): Promise<Redriven[]> => {
  const there = portion.filter(({ message }) => message !== undefined)
  await settle.record(lettersOf(there), 'redrive', reason)
  const results: (ReadLetter & { redriven: Redriven })[] = []
  for (const one of portion) results.push({ ...one, redriven: await copy(one, settle, sent, partitions) })
  await settle.close(lettersOf(results.filter(({ redriven }) => redriven.result !== 'held_back')), 'redrive')
  return results.map(({ redriven }) => redriven)
}

const lettersOf = (portion: readonly ReadLetter[]) => portion.map(({ letter }) => letter)

const copy = async (
  { letter, message }: ReadLetter,
  settle: Settle,
  sent: ReadonlySet<string>,
  partitions: number,
): Promise<Redriven> => {
  const { dead_letter } = letter
  if (sent.has(nameOf(letter))) return { dead_letter, result: 'was_redriven' }
  if (message === undefined) return { dead_letter, result: 'held_back', detail: gone }
  try {
    await settle.copy(copyOf(letter, message, partitions))
    return { dead_letter, result: 'redriven' }
  } catch (error) {
    if (!isTooLarge(error)) throw error
    return {
      dead_letter,
      result: 'held_back',
      detail: `the retry topic does not take it: ${messageOf(error)}`,
    }
  }
}

const nameOf = ({ dead_letter, offset }: DeadLetter): string => `${dead_letter}@${offset}`

/** The message as it was, in the partition it came from, with what the worker must know of its way. */
const copyOf = (
  letter: DeadLetter,
  { headers, value }: LogMessage,
  partitions: number,
): Message & { partition: number } => ({
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
