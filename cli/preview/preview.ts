import { z } from 'zod'
import type { Consumer, PlannedEffect } from '../../consumers/consumer.ts'
import { consumers } from '../../consumers/index.ts'
import { ingressVariables } from '../../ingress/config.ts'
import { type Environment, readVariables } from '../../lib/config.ts'
import { messageOf, PermanentError, UsageError } from '../../lib/errors.ts'
import type { RecordOf } from '../../schemas/catalogue.ts'
import { createNames } from '../../schemas/topics.ts'
import { visibleText } from '../output/visible-text.ts'
import { type Payload, readPayload } from '../payload/read-payload.ts'
import { findWorker } from '../workers/find-worker.ts'
import { effectText, plannedEffects } from '../workers/planned-effects.ts'
import { makeRecord } from './make-record.ts'

interface Preview {
  worker: string
  topic: string
  /** Why the record is not one of the event that the body names; undefined if it is. */
  quarantine?: string
  effects: readonly PlannedEffect[]
  /** Why the worker could not handle the record; undefined if it could. */
  failure?: string
}

/**
 * What a worker would do with a hook.
 *
 * @param name of the worker
 * @param payload of a file, or of a bundled sample
 * @param event the header X-Gitlab-Event
 * @throws UsageError if the worker or the payload does not exist, or if the ingress would refuse the hook
 */
export const preview = async (
  name: string,
  payload: string,
  event: string | undefined,
  env: Environment,
  workers: readonly Consumer[] = consumers,
): Promise<Preview> => {
  const worker = findWorker(name, workers)
  const names = createNames(env.KAFKA_TOPIC_PREFIX ?? '')
  const read = await readPayload(payload)
  refuseTooLarge(read, env)
  const { event: eventType, topic, record } = await makeRecord(read, event, names)
  const made = { worker: name, topic, ...quarantineOf(record) }
  if (!(worker.events as readonly string[]).includes(eventType)) {
    const because = `the worker does not read the topic ${topic}`
    return { ...made, effects: [{ would: 'skip', because }] }
  }
  try {
    return { ...made, effects: await plannedEffects(worker, record, env) }
  } catch (error) {
    const consequence =
      error instanceof PermanentError
        ? 'The record would become a dead letter'
        : 'The record could not be handled'
    return { ...made, effects: [], failure: visibleText(`${consequence}: ${messageOf(error)}.`) }
  }
}

const { INGRESS_MAX_BODY_BYTES } = ingressVariables.shape
const limitVariables = z.object({ INGRESS_MAX_BODY_BYTES })

const refuseTooLarge = ({ body }: Payload, env: Environment): void => {
  const limit = readVariables(limitVariables, env).INGRESS_MAX_BODY_BYTES
  if (body.length <= limit) return
  throw new UsageError(
    `The ingress would refuse the hook with the status 413: its body has ${body.length} bytes, and ` +
      `INGRESS_MAX_BODY_BYTES allows ${limit}.`,
  )
}

const quarantineOf = (record: RecordOf): Pick<Preview, 'quarantine'> =>
  'reason' in record && 'detail' in record ? { quarantine: `${record.reason}: ${record.detail}` } : {}

/** For a terminal. What the payload says may be hostile, and is printed without its control characters. */
export const previewText = ({ worker, topic, quarantine, effects }: Preview): string => {
  const reason = quarantine === undefined ? '' : ` (${quarantine})`
  const published = `The ingress would publish the hook to ${topic}${reason}.`
  return visibleText([published, ...effects.map(describe(worker))].join('\n'))
}

const describe =
  (worker: string) =>
  (effect: PlannedEffect): string => {
    const line = `${worker} ${effectText(effect)}`
    return effect.would === 'skip' ? line : `${line}:\n${contentText(effect.content)}`
  }

const contentText = (content: unknown): string => {
  const text = typeof content === 'string' ? content : JSON.stringify(content, null, 2)
  return text.replaceAll(/^/gm, '  ')
}
