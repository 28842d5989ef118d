import { recordOf } from '../../consumers/runtime/decode-and-handle.ts'
import type { Environment } from '../../lib/config.ts'
import { messageOf } from '../../lib/errors.ts'
import { printable } from '../output/printable-record.ts'
import { findWorker } from '../workers/find-worker.ts'
import type { DeadLetter } from './dead-letter.ts'
import { openDeadLetters } from './open-dead-letters.ts'
import { gone, readMessages } from './read-dead-letters.ts'
import { createSelect, type Selection } from './selector.ts'

/** Dead letters in full; `value` is the record, or why it cannot be decoded and the bytes. */
export async function* showDeadLetters(
  worker: string,
  selection: Selection,
  env: Environment,
): AsyncGenerator<DeadLetter & { headers: Record<string, string>; value: unknown }> {
  const isMeant = createSelect(selection, Date.now())
  const { kafka, deadLetterTopic, letters, decode } = await openDeadLetters(findWorker(worker), env)
  for await (const { letter, message } of readMessages(kafka, deadLetterTopic, letters.filter(isMeant))) {
    if (message === undefined) {
      yield { ...letter, headers: {}, value: { undecodable: gone, value_base64: null } }
      continue
    }
    const value = await recordOf(decode, message, letter.event).then(
      (record) => printable(record as unknown as Record<string, unknown>),
      (error: unknown) => ({
        undecodable: messageOf(error),
        value_base64: message.value?.toString('base64') ?? null,
      }),
    )
    const own = Object.entries(message.headers).filter(([name]) => !name.startsWith('dead-letter-'))
    yield { ...letter, headers: Object.fromEntries(own), value }
  }
}
