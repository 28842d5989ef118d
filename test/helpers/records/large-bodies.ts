import { createIngressMetrics } from '../../../ingress/metrics.ts'
import type { IdOfEvent } from '../../../ingress/record/encoders.ts'
import { createLargeBodies, type LargeBodiesOptions } from '../../../ingress/record/large/prepare-large.ts'
import { createMetrics } from '../../../lib/metrics/metrics.ts'
import { eventTypes } from '../../../schemas/catalogue.ts'
import { createNames } from '../../../schemas/topics.ts'
import { recordingLogger } from '../process/recording-logger.ts'
import { schemaIdOf } from './deliver.ts'

const names = createNames('')

/** What the messages of a hook depend on, where each topic accepts records of this size. */
export const factsOf = (maxBytes: number) => ({
  schemaIds: Object.fromEntries(eventTypes.map((event) => [event, schemaIdOf(event)])) as IdOfEvent,
  maxBytesByTopic: new Map(
    [...eventTypes.map(names.topic), names.rawChunksTopic].map((topic) => [topic, maxBytes]),
  ),
})

/** The part of the ingress that prepares large bodies, with this child process. */
export const largeBodiesWith = (
  child: LargeBodiesOptions['child'],
  inHand?: LargeBodiesOptions['inHand'],
) => {
  const metrics = createMetrics()
  const { logger, lines } = recordingLogger()
  const large = createLargeBodies({
    child,
    facts: () => factsOf(32 * 2 ** 20),
    inHand,
    metrics: createIngressMetrics(metrics),
    logger,
  })
  return { ...large, metrics, lines }
}
