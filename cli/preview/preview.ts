import type { Consumer, PlannedEffect } from '../../consumers/consumer.ts'
import { consumers } from '../../consumers/index.ts'
import type { Environment } from '../../lib/config.ts'
import { messageOf, PermanentError } from '../../lib/errors.ts'
import type { RecordOf } from '../../schemas/catalogue.ts'
import { createNames } from '../../schemas/topics.ts'
import { readPayload } from '../payload/read-payload.ts'
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
 * @throws UsageError if the worker or the payload does not exist
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
  const { event: eventType, topic, record } = await makeRecord(await readPayload(payload), event, names)
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
    return { ...made, effects: [], failure: `${consequence}: ${messageOf(error)}.` }
  }
}

const quarantineOf = (record: RecordOf): Pick<Preview, 'quarantine'> =>
  'reason' in record && 'detail' in record ? { quarantine: `${record.reason}: ${record.detail}` } : {}

export const previewText = ({ worker, topic, quarantine, effects }: Preview): string => {
  const reason = quarantine === undefined ? '' : ` (${quarantine})`
  return [`The ingress would publish the hook to ${topic}${reason}.`, ...effects.map(describe(worker))].join(
    '\n',
  )
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
