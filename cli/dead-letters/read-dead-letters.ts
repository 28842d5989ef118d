import type { Kafka } from 'kafkajs'
import { deadLetterValueHeader } from '../../consumers/runtime/dead-letters/dead-letter-headers.ts'
import { type LogMessage, readLog } from '../../lib/kafka/log-reader.ts'
import { type DeadLetter, deadLetterOf } from './dead-letter.ts'
import { readOrigin } from './read-origin.ts'

/** The dead letters of a worker that are open now, that is, not settled. The oldest is first. */
export const readDeadLetters = async (kafka: Kafka, worker: string, topic: string): Promise<DeadLetter[]> => {
  const open = new Map<string, DeadLetter>()
  for await (const message of readLog(kafka, { topics: [topic], from: 'beginning', to: 'now' })) {
    const key = message.key ?? ''
    open.delete(key)
    if (message.value !== null) open.set(key, deadLetterOf(worker, message))
  }
  return [...open.values()]
}

export interface ReadLetter {
  letter: DeadLetter
  /**
   * The original message. Undefined if it was too large for the dead-letter topic and its origin does not
   * hold it any more.
   */
  message: LogMessage | undefined
}

/** Why a dead letter has no message. */
export const messageIsGone =
  'the message was too large for the dead-letter topic, and the topic it came from has deleted it'

/** Reads the messages of dead letters one by one, so that they are not all in memory at the same time. */
export async function* readMessages(
  kafka: Kafka,
  topic: string,
  letters: readonly DeadLetter[],
): AsyncGenerator<ReadLetter> {
  const byOffset = new Map(letters.map((letter) => [letter.offset, letter]))
  if (byOffset.size === 0) return
  for await (const message of readLog(kafka, { topics: [topic], from: 'beginning', to: 'now' })) {
    const letter = byOffset.get(message.offset)
    if (letter === undefined) continue
    yield await withOriginalMessage(kafka, letter, message)
    byOffset.delete(message.offset)
    if (byOffset.size === 0) return
  }
}

const withOriginalMessage = async (
  kafka: Kafka,
  letter: DeadLetter,
  message: LogMessage,
): Promise<ReadLetter> => {
  const valuePlace = message.headers[deadLetterValueHeader]
  if (valuePlace === 'none') return { letter, message: { ...message, value: null } }
  if (valuePlace !== 'at-origin') return { letter, message }
  const origin = await readOrigin(kafka, message)
  if (origin === undefined) return { letter, message: undefined }
  const { key, value, headers } = origin
  return {
    letter: { ...letter, key, delivery_id: headers.ce_id ?? null },
    message: { ...message, value, headers: { ...headers, ...message.headers } },
  }
}
