import { z } from 'zod'
import { createDecoder } from '../../lib/avro/codec.ts'
import { createRegistry, registryVariables } from '../../lib/avro/registry.ts'
import { type Environment, readVariables } from '../../lib/config.ts'
import { messageOf, UsageError } from '../../lib/errors.ts'
import { createKafka, kafkaVariables } from '../../lib/kafka/client.ts'
import { type LogMessage, readLog } from '../../lib/kafka/log-reader.ts'
import { quietLogger } from '../../lib/logger.ts'
import { eventTypes, isEventType } from '../../schemas/catalogue.ts'
import { createNames } from '../../schemas/topics.ts'
import { outageMessage } from '../output/outage-message.ts'
import { printable, toText } from '../output/printable-record.ts'
import { requestTimeoutMs } from '../request-timeout.ts'

const variables = z.object({ ...kafkaVariables.shape, ...registryVariables.shape })

export interface TailOptions {
  fromBeginning?: true
  count?: number
  timeout?: number
  json?: true
}

/** Prints records until the count is reached, the time without one is up, or for ever: through a restart of the brokers, too. */
export const tail = async (
  events: string[],
  options: TailOptions,
  env: Environment,
  print: (text: string) => void,
): Promise<void> => {
  const settings = readVariables(variables, env)
  const names = createNames(settings.KAFKA_TOPIC_PREFIX)
  const unheardOf = events.filter((event) => !isEventType(event))
  if (unheardOf.length > 0)
    throw new UsageError(`there is no event ${unheardOf.join(', ')}; there are ${eventTypes.join(', ')}`)
  const wanted = events.length === 0 ? eventTypes : events.filter(isEventType)

  const kafka = createKafka(settings, names.group('tail'), quietLogger(), requestTimeoutMs)
  const decode = createDecoder(createRegistry(settings, names.group('tail')).typeOf, (writer) => writer)
  const ending = new AbortController()
  const quiet =
    options.timeout === undefined ? undefined : setTimeout(() => ending.abort(), options.timeout * 1000)
  const from = options.fromBeginning ? 'beginning' : 'now'

  let printed = 0
  let isWaiting = false
  const onOutage = (error: unknown) => {
    if (!isWaiting) console.error(`${outageMessage(error, env) ?? messageOf(error)}; waiting for it`)
    isWaiting = true
  }
  for await (const message of readLog(kafka, {
    topics: wanted.map(names.topic),
    from,
    signal: ending.signal,
    onOutage,
  })) {
    isWaiting = false
    quiet?.refresh()
    const record = { ...message, value: await decoded(decode, message) }
    print(options.json ? JSON.stringify(record) : toText(record))
    printed += 1
    if (printed === options.count) break
  }
  clearTimeout(quiet)
}

/** What cannot be decoded is shown as it is: this is the tool one looks with when something is wrong. */
const decoded = async (
  decode: (value: Buffer) => Promise<unknown>,
  { value }: LogMessage,
): Promise<unknown> => {
  if (value === null) return null
  try {
    return printable((await decode(value)) as Record<string, unknown>)
  } catch (error) {
    return { undecodable: messageOf(error), value_base64: value.toString('base64') }
  }
}
