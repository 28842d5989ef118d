import { createDecoder } from '../../../lib/avro/codec.ts'
import { createRegistry, registryVariables } from '../../../lib/avro/registry.ts'
import { readVariables } from '../../../lib/config.ts'
import { type LogMessage, readLog } from '../../../lib/kafka/log-reader.ts'
import { openOffsets } from '../../../lib/kafka/offsets.ts'
import type { EventType, Records } from '../../../schemas/catalogue.ts'
import { eventually } from '../process/eventually.ts'
import type { Stack } from '../servers/stack.ts'

/** How many messages a topic holds at this moment, all partitions together. */
export const countOn = async ({ kafka }: Pick<Stack, 'kafka'>, topic: string): Promise<number> => {
  const offsets = await openOffsets(kafka)
  try {
    const ends = await eventually(() => offsets.ends([topic]))
    return ends.reduce((sum, { high, low }) => sum + high - low, 0)
  } finally {
    await offsets.close()
  }
}

/** Every message that a topic holds at this moment, in order within each partition. */
export const messagesOn = (stack: Pick<Stack, 'kafka'>, topic: string): Promise<LogMessage[]> =>
  eventually(() => readAll(stack, topic)) // The request fails while a leader is being elected.

const readAll = async (stack: Pick<Stack, 'kafka'>, topic: string): Promise<LogMessage[]> => {
  const count = await countOn(stack, topic)
  const messages: LogMessage[] = []
  if (count === 0) return messages
  const ending = new AbortController()
  for await (const message of readLog(stack.kafka, {
    topics: [topic],
    from: 'beginning',
    signal: ending.signal,
  })) {
    messages.push(message)
    if (messages.length === count) break
  }
  return messages
}

export type Decoded<E extends EventType> = Omit<LogMessage, 'value'> & { value: Records[E] }

/** Every record of an event that its topic holds at this moment. */
export const recordsOf = async <E extends EventType>(stack: Stack, event: E): Promise<Decoded<E>[]> => {
  const messages = await messagesOn(stack, stack.names.topic(event))
  const registry = createRegistry(readVariables(registryVariables, stack.env), 'test')
  const decode = createDecoder(registry.typeOf, (writer) => writer)
  return Promise.all(
    messages.map(async (message) => ({
      ...message,
      value: (await decode(message.value ?? Buffer.alloc(0))) as Records[E],
    })),
  )
}
