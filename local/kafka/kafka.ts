import { randomUUID } from 'node:crypto'
import { rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createFolder } from '../../lib/disk/create-folder.ts'
import { exists } from '../../lib/disk/prepare-once.ts'
import { artifacts } from '../artifacts.ts'
import { classFlags } from '../class-archive.ts'
import { runStep } from '../process/run-step.ts'
import { waitUntilReady } from '../process/wait-until-ready.ts'
import type { JavaServerOptions, Server } from '../server.ts'
import { isKafkaReady } from './is-kafka-ready.ts'
import { type KafkaNode, kafkaProperties } from './kafka-properties.ts'

/** A node and the cluster that it belongs to. */
export interface KafkaMembership {
  node: KafkaNode
  /** Every node of the cluster, including this one. */
  voters: readonly KafkaNode[]
  clusterId: string
}

/**
 * Starts one Apache Kafka node that is broker and controller, and formats its storage before the first start.
 * Resolves when the node has joined its cluster.
 *
 * @param membership default: a cluster of this node alone
 * @returns `url` is a value for KAFKA_BROKERS
 * @throws Error naming the log if Kafka does not start
 */
export const startKafka = async (
  options: JavaServerOptions,
  membership = singleNode(options),
): Promise<Server> => {
  const { childProcesses, folder, logFile, port, java, jars, compilation } = options
  const { node, voters } = membership
  await createFolder(folder, 0o700)
  await formatOnce(membership, options)
  await writeFile(join(folder, 'server.properties'), kafkaProperties(node, voters, 'data'))
  const child = await childProcesses.start({
    name: voters.length === 1 ? 'kafka' : `kafka-${node.id}`,
    command: java.command,
    args: [
      ...['-Xms64m', '-XX:+UseSerialGC', '-XX:-UsePerfData', '-XX:+ExitOnOutOfMemoryError'],
      '-Xmx512m',
      ...(compilation === 'thorough' ? [] : ['-XX:TieredStopAtLevel=1']),
      // Otherwise every thread keeps a direct buffer of the size of its largest record.
      '-Djdk.nio.maxCachedBufferSize=1048576',
      ...(await classFlags({ java, jars }, 'kafka')),
      ...logging(logFile),
      ...['-cp', artifacts.kafka.classPath(jars), 'kafka.Kafka', 'server.properties'],
    ],
    env: {},
    cwd: folder,
    output: `${logFile}.out`,
    stopSignal: 'SIGTERM',
  })
  await waitUntilReady(child, () => isKafkaReady(port), { logFile })
  return { ...child, url: `127.0.0.1:${port}`, port }
}

const singleNode = ({ port, internalPort }: JavaServerOptions): KafkaMembership => {
  const node: KafkaNode = { id: 1, port, controllerPort: internalPort }
  return { node, voters: [node], clusterId: newClusterId() }
}

/** A random cluster id. It never begins with a hyphen, because Kafka's tool would read that as an option. */
export const newClusterId = (): string =>
  Buffer.from(randomUUID().replaceAll('-', ''), 'hex').toString('base64url').replace(/^-/, 'A')

const logging = (logFile: string): string[] => [
  `-Dlog4j2.configurationFile=${fileURLToPath(new URL('log4j2.properties', import.meta.url))}`,
  `-Dbridge.log.file=${logFile}`,
]

/**
 * Formats into a folder that gets its real name only afterwards, so that an interrupted format leaves no
 * storage.
 */
const formatOnce = async (
  { node, voters, clusterId }: KafkaMembership,
  { childProcesses, folder, logFile, java, jars }: JavaServerOptions,
): Promise<void> => {
  if (await exists(join(folder, 'data'))) return
  await rm(join(folder, 'data.new'), { recursive: true, force: true })
  await writeFile(join(folder, 'format.properties'), kafkaProperties(node, voters, 'data.new'))
  const format = ['kafka.tools.StorageTool', 'format', '-t', clusterId, '-c', 'format.properties']
  await runStep(childProcesses, {
    name: voters.length === 1 ? 'kafka-format' : `kafka-${node.id}-format`,
    command: java.command,
    args: [
      ...['-Xmx64m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-XX:-UsePerfData'],
      ...(await classFlags({ java, jars }, 'kafka-format')),
      ...logging(logFile),
      ...['-cp', artifacts.kafka.classPath(jars), ...format],
    ],
    env: {},
    cwd: folder,
    output: `${logFile}.out`,
    stopSignal: 'SIGKILL',
  })
  await rename(join(folder, 'data.new'), join(folder, 'data'))
}
