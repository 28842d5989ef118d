import { recordOf } from '../../consumers/runtime/decode-and-handle.ts'
import type { Environment } from '../../lib/config.ts'
import { printableValue } from '../output/printable-value.ts'
import { wholeRecord } from '../output/whole-record.ts'
import { findWorker } from '../workers/find-worker.ts'
import type { DeadLetter } from './dead-letter.ts'
import { openDeadLetters } from './open-dead-letters.ts'
import type { Selection } from './options.ts'
import { messageIsGone, readMessages } from './read-dead-letters.ts'
import { createSelector } from './selector.ts'

/**
 * A dead letter in full. `value` is the decoded record, or the reason why it cannot be decoded and the bytes.
 */
interface ShownDeadLetter extends DeadLetter {
  headers: Record<string, string>
  value: unknown
}

/** @throws UsageError if the worker does not exist, or a condition is not valid */
export async function* showDeadLetters(
  worker: string,
  selection: Selection,
  env: Environment,
): AsyncGenerator<ShownDeadLetter> {
  const isSelected = createSelector(selection, Date.now())
  const { kafka, rawChunksTopic, deadLetterTopic, letters, decode } = await openDeadLetters(
    findWorker(worker),
    env,
  )
  const selected = letters.filter(isSelected)
  for await (const { letter, message } of readMessages(kafka, deadLetterTopic, selected)) {
    if (message === undefined) {
      yield { ...letter, headers: {}, value: { undecodable: messageIsGone, value_base64: null } }
      continue
    }
    const decodeWhole = async () =>
      wholeRecord(await recordOf(decode, message, letter.event), kafka, rawChunksTopic)
    const value = await printableValue(message.value, decodeWhole)
    const original = Object.entries(message.headers).filter(([name]) => !name.startsWith('dead-letter-'))
    yield { ...letter, headers: Object.fromEntries(original), value }
  }
}
