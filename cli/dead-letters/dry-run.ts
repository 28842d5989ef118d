import { recordOf } from '../../consumers/runtime/decode-and-handle.ts'
import type { Environment } from '../../lib/config.ts'
import { messageOf } from '../../lib/errors.ts'
import { effectText, plannedEffects } from '../workers/planned-effects.ts'
import type { DeadLetter } from './dead-letter.ts'
import type { DeadLetters } from './open-dead-letters.ts'
import { messageIsGone, type ReadLetter, readMessages } from './read-dead-letters.ts'

export interface DryRunResult {
  dead_letter: string
  result: 'would_redrive' | 'would_fail'
  detail: string
}

/**
 * What a redrive would do with this version of the worker. Nothing is sent, and no handler is called: each
 * record is decoded, and the worker describes what it would do with it.
 */
export async function* dryRun(
  opened: DeadLetters,
  letters: readonly DeadLetter[],
  env: Environment,
): AsyncGenerator<DryRunResult> {
  for await (const one of readMessages(opened.kafka, opened.deadLetterTopic, letters))
    yield { dead_letter: one.letter.dead_letter, ...(await tryOne(opened, one, env)) }
}

const tryOne = async (
  { consumer, decode }: DeadLetters,
  { letter, message }: ReadLetter,
  env: Environment,
): Promise<Omit<DryRunResult, 'dead_letter'>> => {
  if (message === undefined) return { result: 'would_fail', detail: messageIsGone }
  try {
    const record = await recordOf(decode, message, letter.event)
    const effects = await plannedEffects(consumer, record, env)
    return { result: 'would_redrive', detail: effects.map(effectText).join('; ') }
  } catch (error) {
    return { result: 'would_fail', detail: messageOf(error) }
  }
}
