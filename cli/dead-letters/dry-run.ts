import { recordOf } from '../../consumers/runtime/decode-and-handle.ts'
import { messageOf } from '../../lib/errors.ts'
import type { DeadLetter } from './dead-letter.ts'
import type { DeadLetters } from './open-dead-letters.ts'
import { gone, readMessages } from './read-dead-letters.ts'

export interface Rehearsed {
  dead_letter: string
  result: 'would_redrive' | 'would_fail'
  detail: string
}

/** What redriving would do, by the code as it is now: nothing is sent and nothing handled. */
export async function* rehearse(
  opened: DeadLetters,
  letters: readonly DeadLetter[],
): AsyncGenerator<Rehearsed> {
  const { kafka, consumer, deadLetterTopic, decode } = opened
  for await (const { letter, message } of readMessages(kafka, deadLetterTopic, letters)) {
    const { dead_letter } = letter
    if (message === undefined) {
      yield { dead_letter, result: 'would_fail', detail: gone }
      continue
    }
    try {
      const record = await recordOf(decode, message, letter.event)
      const detail = consumer.dryRun?.(record) ?? 'can be decoded; what its worker would do it does not say'
      yield { dead_letter, result: 'would_redrive', detail }
    } catch (error) {
      yield { dead_letter, result: 'would_fail', detail: messageOf(error) }
    }
  }
}
