import type { Kafka } from 'kafkajs'
import { deadLetterValueHeader } from '../../consumers/runtime/dead-letters/dead-letter-headers.ts'
import { type LogMessage, readLog } from '../../lib/kafka/log-reader.ts'
import { type DeadLetter, deadLetterOf } from './dead-letter.ts'
import { readOrigin } from './read-origin.ts'

/** The dead letters that stand open at this moment, oldest first. */
export const readDeadLetters = async (kafka: Kafka, worker: string, topic: string): Promise<DeadLetter[]> => {
  const open = new Map<string, DeadLetter>()
  for await (const message of readLog(kafka, { topics: [topic], from: 'beginning', to: 'now' })) {
    const key = message.key ?? ''
    open.delete(key)
    if (message.value !== null) open.set(key, deadLetterOf(worker, message))
  }
  return [...open.values()]
}

/** A dead letter and its message as it was; undefined where only its origin held the message, and holds it no longer. */
export interface ReadLetter {
  letter: DeadLetter
  message: LogMessage | undefined
}

/** What to say of such a one. */
export const gone = 'the record was too large for the dead-letter topic, and is gone from where it was read'

/** The same with their messages, which are not all held in memory at once. */
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
    yield await asItWas(kafka, letter, message)
    byOffset.delete(message.offset)
    if (byOffset.size === 0) return
  }
}

const asItWas = async (kafka: Kafka, letter: DeadLetter, message: LogMessage): Promise<ReadLetter> => {
  const place = message.headers[deadLetterValueHeader]
  if (place === 'none') return { letter, message: { ...message, value: null } }
  if (place !== 'at-origin') return { letter, message }
  const origin = await readOrigin(kafka, message)
  if (origin === undefined) return { letter, message: undefined }
  const { key, value, headers } = origin
  return {
    letter: { ...letter, key, delivery_id: headers.ce_id ?? null },
    message: { ...message, value, headers: { ...headers, ...message.headers } },
  }
}
