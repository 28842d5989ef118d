import { setTimeout as sleep } from 'node:timers/promises'
import type { Kafka } from 'kafkajs'
import { messageOf } from '../../lib/errors.ts'
import { type AccessNeed, accessDenied, findDenied, topicNeeds } from '../../lib/kafka/access.ts'
import type { Logger } from '../../lib/logger.ts'
import type { Names } from '../../schemas/topics.ts'
import { publishedTopics } from '../open-delivery-path.ts'

/** Finds out at the start whether the ingress has its rights on Kafka. */
export interface AccessWatch {
  start(): void
  /** The user, and every operation and resource that the brokers refuse; undefined while none is known. */
  refusal(): string | undefined
  stop(): void
}

/** How often the rights are checked until none is missing, in milliseconds. */
const pollMs = 5000

/** The rights of the ingress, as docs/kafka-rights.md lists them. */
const accessNeeds = (names: Names): AccessNeed[] => {
  const topics = publishedTopics(names)
  return [
    ...topicNeeds('Write', topics),
    ...topicNeeds('Read', [names.canaryTopic]),
    ...topicNeeds('DescribeConfigs', topics),
  ]
}

/**
 * A missing right is no reason to end: hooks are spooled meanwhile. It is named in the log and in the
 * readiness, and the rights are checked again until all of them are there. Brokers that do not answer say
 * nothing about rights. The delivery path logs that they do not answer.
 */
export const createAccessWatch = (kafka: Kafka, names: Names, logger: Logger): AccessWatch => {
  const stopping = new AbortController()
  const needs = accessNeeds(names)
  let refusal: string | undefined

  /** @returns whether the brokers answered and refused nothing */
  const check = async (): Promise<boolean> => {
    const denied = await findDenied(kafka, needs).catch(() => undefined)
    if (denied === undefined || stopping.signal.aborted) return false
    const found = denied.length === 0 ? undefined : messageOf(accessDenied(kafka, denied))
    if (found !== undefined && found !== refusal) logger.error('the ingress lacks rights', { error: found })
    if (found === undefined && refusal !== undefined) logger.info('the ingress has all of its rights now')
    refusal = found
    return found === undefined
  }

  const checkUntilAllowed = async () => {
    while (!stopping.signal.aborted && !(await check()))
      await sleep(pollMs, undefined, { signal: stopping.signal, ref: false }).catch(() => undefined)
  }

  return {
    start: () => void checkUntilAllowed(),
    refusal: () => refusal,
    stop: () => stopping.abort(),
  }
}
