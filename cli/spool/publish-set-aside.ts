import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { ingressVariables, schemaIdsFileOf, spoolFolderOf } from '../../ingress/config.ts'
import type { Deliver } from '../../ingress/deliver.ts'
import type { Hook } from '../../ingress/hook.ts'
import { createIngressMetrics } from '../../ingress/metrics.ts'
import { acknowledgeMs, openDeliveryPath } from '../../ingress/open-delivery-path.ts'
import { readEncoders } from '../../ingress/record/encoders.ts'
import { parseFrames } from '../../ingress/spool/frame.ts'
import { asideName } from '../../ingress/spool/spool-folders.ts'
import { createRegistry, registryVariables } from '../../lib/avro/registry.ts'
import { type Environment, readVariables } from '../../lib/config.ts'
import { syncFolder } from '../../lib/disk/sync-folder.ts'
import { messageOf, UsageError } from '../../lib/errors.ts'
import { createKafka, kafkaVariables } from '../../lib/kafka/client.ts'
import { quietLogger } from '../../lib/logger.ts'
import { createMetrics } from '../../lib/metrics/metrics.ts'
import { createNames } from '../../schemas/topics.ts'
import { filesOf, noSpool } from './spool-files.ts'

const { BRIDGE_DATA_DIR, INGRESS_SPOOL_DIR, INGRESS_QUEUE_BYTES } = ingressVariables.shape
const variables = z.object({
  ...{ BRIDGE_DATA_DIR, INGRESS_SPOOL_DIR, INGRESS_QUEUE_BYTES },
  ...kafkaVariables.shape,
  ...registryVariables.shape,
})

/** `held_back`: it stays where it is; `detail` says why. */
export interface PublishedHook {
  file: string
  result: 'published' | 'held_back'
  id?: string
  topic?: string
  detail?: string
}

/** How long the brokers have for one hook, in milliseconds. */
const deadlineMs = 30_000

/**
 * Takes hooks that were set aside the way of any other, and away from the disk once the brokers have acknowledged them. Safe while
 * the ingress runs. Interrupted, it may publish a hook again, under the same id.
 *
 * @param selected names of files in the folder
 * @throws UsageError where one of them is not there, RetriableError where the brokers or the registry do not answer
 */
export async function* publishSetAside(
  env: Environment,
  selected: readonly string[] | 'all',
): AsyncGenerator<PublishedHook> {
  const settings = readVariables(variables, env)
  const folder = join(spoolFolderOf(settings), asideName)
  const files = await selectFiles(folder, selected)
  if (files.length === 0) return
  const { deliver, close } = await connect(settings)
  try {
    for (const file of files) yield await publish(folder, file, deliver)
  } finally {
    await close()
  }
}

const connect = async (
  settings: z.output<typeof variables>,
): Promise<{ deliver: Deliver; close(): Promise<void> }> => {
  const names = createNames(settings.KAFKA_TOPIC_PREFIX)
  const clientId = names.group('spool')
  const logger = quietLogger()
  const kafka = createKafka(settings, clientId, logger, acknowledgeMs)
  const { encoders } = await readEncoders(
    createRegistry(settings, clientId),
    names,
    schemaIdsFileOf(settings),
    logger,
  )
  const metrics = createIngressMetrics(createMetrics())
  const maxQueuedBytes = settings.INGRESS_QUEUE_BYTES
  const { deliver, publisher } = await openDeliveryPath({
    kafka,
    names,
    encoders,
    maxQueuedBytes,
    hasWaitingHooks: () => false,
    metrics,
    logger,
  })
  return { deliver, close: publisher.stop }
}

const publish = async (folder: string, file: string, deliver: Deliver): Promise<PublishedHook> => {
  const hook = hookIn(await readFile(join(folder, file)))
  if (hook === undefined) return { file, result: 'held_back', detail: notOne }
  const { id } = hook
  try {
    const { topic } = await deliver(hook, deadlineMs)
    await rm(join(folder, file), { force: true })
    await syncFolder(folder)
    return { file, result: 'published', id, topic }
  } catch (error) {
    return { file, result: 'held_back', id, detail: messageOf(error) }
  }
}

const notOne =
  'not one whole hook: bytes the disk damaged, or a segment whose hooks were published as far as they can be read'

const selectFiles = async (
  folder: string,
  selected: readonly string[] | 'all',
): Promise<readonly string[]> => {
  const files = await filesOf(folder)
  if (files === undefined) throw noSpool(folder)
  if (selected === 'all') return files
  for (const file of selected)
    if (!files.includes(file))
      throw new UsageError(`nothing of the name ${file} was set aside: see \`bridge spool inspect\``)
  return selected
}

const hookIn = (content: Buffer): Hook | undefined => {
  const [stretch, ...more] = parseFrames(content, 0, true).stretches
  return stretch?.kind === 'hook' && more.length === 0 ? stretch.hook : undefined
}
