import { PermanentError } from '../../../lib/errors.ts'
import type { RecordOf } from '../../../schemas/catalogue.ts'
import type { MessageOrigin } from '../outbox/entry.ts'
import { splitKey } from '../outbox/message-key.ts'
import type { OpenMessage } from '../outbox/open-messages.ts'
import { jsonOf } from '../outbox/store.ts'

/** What a message holds, apart from its place. */
export interface MessageContent {
  content: unknown
  body?: Buffer
}

export interface ReadBackParts {
  /** @returns undefined if the brokers do not hold the record any more */
  readRecord(origin: MessageOrigin): Promise<RecordOf | undefined>
  /** @returns undefined if the routes no longer send the record to this destination */
  contentOf(record: RecordOf, destination: string, part: string | undefined): MessageContent | undefined
}

/** How long one request waits for what is read back. A digest counts the rest without its text. */
const limitMs = 10_000

/**
 * Reads from Kafka what a full outbox did not keep. What Kafka no longer holds stays without content, and so
 * does what cannot be decoded any more: nothing behind it would ever be sent.
 *
 * @throws RetriableError while the brokers do not answer
 */
export const readBack = async (
  { readRecord, contentOf }: ReadBackParts,
  destination: string,
  messages: readonly OpenMessage[],
): Promise<OpenMessage[]> => {
  const deadline = performance.now() + limitMs
  const filled: OpenMessage[] = []
  for (const message of messages) {
    const isMissing = message.content === undefined && performance.now() < deadline
    const record = isMissing ? await readRecord(message.origin).catch(unlessPermanent) : undefined
    const found = record && contentOf(record, destination, splitKey(message.key).part)
    // The content has the form in which the database would have kept it.
    if (found === undefined) filled.push(message)
    else filled.push({ ...message, content: JSON.parse(jsonOf(found.content)), body: found.body })
  }
  return filled
}

const unlessPermanent = (error: unknown): undefined => {
  if (!(error instanceof PermanentError)) throw error
}
