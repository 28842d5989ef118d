import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { ingressVariables } from '../../ingress/config.ts'
import type { Deliver } from '../../ingress/deliver.ts'
import { createIngressMetrics } from '../../ingress/metrics.ts'
import { acknowledgeMs, openDeliveryPath } from '../../ingress/open-delivery-path.ts'
import { readEncoders } from '../../ingress/record/encoders.ts'
import { schemaIdsFileOf } from '../../ingress/record/schema-ids-file.ts'
import { hookSetAside } from '../../ingress/spool/inspect-files.ts'
import { deliverWithin } from '../../ingress/spool/keep/deliver-within.ts'
import { asideName } from '../../ingress/spool/spool-folders.ts'
import { spoolFolderOf } from '../../ingress/spool/spool-place.ts'
import { createRegistry, registryVariables } from '../../lib/avro/registry.ts'
import { type Environment, readVariables } from '../../lib/config.ts'
import { syncPath } from '../../lib/disk/sync-path.ts'
import { messageOf, UsageError } from '../../lib/errors.ts'
import { createKafka, kafkaVariables } from '../../lib/kafka/client.ts'
import { quietLogger } from '../../lib/logger.ts'
import { createMetrics } from '../../lib/metrics/metrics.ts'
import { createNames } from '../../schemas/topics.ts'
import { filesOf, noSpool } from './spool-files.ts'

const { BRIDGE_DATA_DIR, INGRESS_SPOOL_DIR, INGRESS_QUEUE_BYTES } = ingressVariables.shape
const variables = z.object({
  BRIDGE_DATA_DIR,
  INGRESS_SPOOL_DIR,
  INGRESS_QUEUE_BYTES,
  ...kafkaVariables.shape,
  ...registryVariables.shape,
})

export interface PublishedHook {
  file: string
  /** `held_back`: the file stays where it is, and `detail` is the reason. */
  result: 'published' | 'held_back'
  id?: string
  topic?: string
  detail?: string
}

/** How long the brokers may take to acknowledge one hook, in milliseconds. */
const deadlineMs = 30_000

/**
 * Publishes hooks that were set aside, in the same way as all others. A file is deleted once the brokers
 * have acknowledged the record. Safe while the ingress runs. If it is interrupted, it may publish a hook
 * again the next time, with the same id.
 *
 * @param selected names of files in the folder of what was set aside
 * @throws UsageError if one of the files does not exist
 * @throws RetriableError if the brokers or the registry do not answer
 */
export async function* publishSetAside(
  env: Environment,
  selected: readonly string[] | 'all',
): AsyncGenerator<PublishedHook> {
  const settings = readVariables(variables, env)
  const folder = join(spoolFolderOf(settings), asideName)
  const files = await selectFiles(folder, selected)
  if (files.length === 0) return
  const { deliver, close } = await connect(settings, env)
  try {
    for (const file of files) yield await publish(folder, file, deliver)
  } finally {
    await close()
  }
}

const connect = async (
  settings: z.output<typeof variables>,
  env: Environment,
): Promise<{ deliver: Deliver; close(): Promise<void> }> => {
  const names = createNames(settings.KAFKA_TOPIC_PREFIX)
  const clientId = names.group('spool')
  const logger = quietLogger()
  const registry = createRegistry(settings, clientId)
  const { encoders, ids } = await readEncoders(registry, names, schemaIdsFileOf(settings), logger)
  const { deliver, publisher } = await openDeliveryPath({
    kafka: createKafka(settings, clientId, logger, acknowledgeMs),
    names,
    encoders,
    schemaIds: ids,
    inHandFile: undefined,
    env,
    maxQueuedBytes: settings.INGRESS_QUEUE_BYTES,
    hasWaitingHooks: () => false,
    metrics: createIngressMetrics(createMetrics()),
    logger,
  })
  return { deliver, close: publisher.stop }
}

const publish = async (folder: string, file: string, deliver: Deliver): Promise<PublishedHook> => {
  const hook = hookSetAside(await readFile(join(folder, file)))
  if (hook === undefined) return { file, result: 'held_back', detail: notOneHook }
  const { id } = hook
  try {
    const { topic } = await deliverWithin(deadlineMs, deliver, hook)
    await rm(join(folder, file), { force: true })
    await syncPath(folder)
    return { file, result: 'published', id, topic }
  } catch (error) {
    return { file, result: 'held_back', id, detail: messageOf(error) }
  }
}

const notOneHook =
  'the file is not one complete hook: it contains damaged bytes, the number of missing hooks, or a segment ' +
  'whose readable hooks were published already'

const selectFiles = async (
  folder: string,
  selected: readonly string[] | 'all',
): Promise<readonly string[]> => {
  const files = await filesOf(folder)
  if (files === undefined) throw noSpool(folder)
  if (selected === 'all') return files
  const missing = selected.find((file) => !files.includes(file))
  if (missing === undefined) return selected
  throw new UsageError(
    `the folder ${asideName} has no file ${missing}: \`bridge spool inspect\` lists what was set aside`,
  )
}
