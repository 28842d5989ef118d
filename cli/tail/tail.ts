import { createDecoder } from '../../lib/avro/codec.ts'
import type { Environment } from '../../lib/config.ts'
import { messageOf } from '../../lib/errors.ts'
import { readLog } from '../../lib/kafka/log-reader.ts'
import { type EventType, eventTypes, isEventType } from '../../schemas/catalogue.ts'
import { operatorTimeoutMs } from '../clients.ts'
import { createKafkaAndRegistry } from '../kafka-and-registry.ts'
import { unknownName } from '../options/unknown-name.ts'
import { outageMessage } from '../output/outage-message.ts'
import { printableValue } from '../output/printable-value.ts'
import { wholeRecord } from '../output/whole-record.ts'
import { reportMissingTopics, requireReadableTopics } from '../require-topics.ts'
import { recordText } from './record-text.ts'

interface TailOptions {
  fromBeginning?: true | undefined
  /** Stop after this many records. */
  count?: number | undefined
  /** Stop when no record has arrived for so many milliseconds. */
  idleTimeoutMs?: number | undefined
  json?: true | undefined
}

/**
 * Prints records until a limit of the options is reached, or without end. It waits for brokers that are
 * restarting.
 *
 * @param events names of event types; none means all
 * @throws UsageError if an event type does not exist, or none of the topics
 */
export const tail = async (
  events: readonly string[],
  options: TailOptions,
  env: Environment,
  print: (text: string) => void,
): Promise<void> => {
  const wanted = eventTypesOf(events)
  const { kafka, registry, names } = createKafkaAndRegistry(env, 'tail', operatorTimeoutMs)
  const topics = wanted.map(names.topic)
  reportMissingTopics(await requireReadableTopics({ kafka, names }, topics))
  const decode = createDecoder(registry.typeOf, (writer) => writer)
  const decodeWhole = async (value: Buffer) => wholeRecord(await decode(value), kafka, names.rawChunksTopic)
  const idle = createIdleTimer(options.idleTimeoutMs)
  const outages = createOutageReport(env)
  const format = options.json ? JSON.stringify : recordText

  let printed = 0
  for await (const message of readLog(kafka, {
    topics,
    from: options.fromBeginning ? 'beginning' : 'now',
    signal: idle.signal,
    onCaughtUp: idle.begin,
    onOutage: (error) => {
      idle.begin()
      outages.report(error)
    },
  })) {
    outages.end()
    idle.pause()
    const { value } = message
    print(format({ ...message, value: value && (await printableValue(value, () => decodeWhole(value))) }))
    printed += 1
    if (printed === options.count) break
    idle.resume()
  }
  idle.pause()
}

const eventTypesOf = (names: readonly string[]): readonly EventType[] => {
  const unknown = names.filter((name) => !isEventType(name))
  if (unknown.length > 0) throw unknownName('event type', unknown, eventTypes)
  return names.length === 0 ? eventTypes : names.filter(isEventType)
}

/**
 * Measures how long no record has arrived. It does not run before `begin`, because records that exist already
 * are only slow to come, nor while a record is printed: the body of a large one must be read from its chunks.
 */
const createIdleTimer = (timeoutMs: number | undefined) => {
  const ending = new AbortController()
  let hasBegun = false
  let timer: NodeJS.Timeout | undefined
  const resume = () => {
    if (hasBegun && timeoutMs !== undefined) timer = setTimeout(() => ending.abort(), timeoutMs)
  }
  return {
    signal: ending.signal,
    begin: () => {
      if (hasBegun) return
      hasBegun = true
      resume()
    },
    resume,
    pause: () => clearTimeout(timer),
  }
}

/** Reports an outage once, until a record arrives again. */
const createOutageReport = (env: Environment) => {
  let isReported = false
  return {
    report: (error: unknown) => {
      const message = outageMessage(error, env) ?? messageOf(error)
      if (!isReported) console.error(`${message}\nWaiting until Kafka answers again.`)
      isReported = true
    },
    end: () => {
      isReported = false
    },
  }
}
