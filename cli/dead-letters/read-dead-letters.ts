import type { Kafka } from 'kafkajs'
import { type LogMessage, readLog } from '../../lib/log-reader.ts'
import { type DeadLetter, deadLetterOf } from './dead-letter.ts'

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

/** The same with their messages, which are not all held in memory at once. */
export async function* readMessages(
  kafka: Kafka,
  topic: string,
  letters: readonly DeadLetter[],
): AsyncGenerator<{ letter: DeadLetter; message: LogMessage }> {
  const byOffset = new Map(letters.map((letter) => [letter.offset, letter]))
  if (byOffset.size === 0) return
  for await (const message of readLog(kafka, { topics: [topic], from: 'beginning', to: 'now' })) {
    const letter = byOffset.get(message.offset)
    if (letter === undefined) continue
    yield { letter, message }
    byOffset.delete(message.offset)
    if (byOffset.size === 0) return
  }
}
