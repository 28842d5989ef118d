import type { Environment } from '../../../lib/config.ts'
import { choosePorts, type WantedPort } from '../../../local/choose-ports.ts'
import { newClusterId, startKafka } from '../../../local/kafka/kafka.ts'
import type { KafkaNode } from '../../../local/kafka/kafka-properties.ts'
import type { Server } from '../../../local/server.ts'
import { openKafkaFolder } from './kafka-folder.ts'
import { withSettings } from './kafka-with-settings.ts'

/** A Kafka cluster of several nodes, for tests of leader changes and replication. */
export interface KafkaCluster {
  /** A value for KAFKA_BROKERS. */
  readonly brokers: string
  /** The running process of a node, by its id: 1, 2, … */
  node(id: number): Server
  /** Starts a node that has ended, on the same ports with the same data. */
  startAgain(id: number): Promise<Server>
  stop(): Promise<void>
}

interface KafkaClusterOptions {
  /** Absolute. Created if it does not exist, and kept after the stop. */
  dataDir: string
  cacheDir: string
  env: Environment
  nodes: number
  /** Settings of a node in addition to those of the local stack. */
  settingsOf?: (node: KafkaNode) => Readonly<Record<string, unknown>>
}

/** Starts the nodes in parallel. Resolves when each of them has joined the cluster. */
export const startKafkaCluster = async (options: KafkaClusterOptions): Promise<KafkaCluster> => {
  const folder = await openKafkaFolder(options.dataDir, options.cacheDir, options.env)
  try {
    const nodes = await chooseNodes(options.nodes)
    const clusterId = newClusterId()
    const running = new Map<number, Server>()
    const start = async (node: KafkaNode): Promise<Server> => {
      const { port, controllerPort: internalPort } = node
      const serverOptions = folder.optionsOf(`kafka-${node.id}`, { port, internalPort })
      const { childProcesses } = serverOptions
      const settings = options.settingsOf?.(node) ?? {}
      const server = await startKafka(
        { ...serverOptions, childProcesses: withSettings(childProcesses, settings, []) },
        { node, voters: nodes, clusterId },
      )
      running.set(node.id, server)
      return server
    }
    await Promise.all(nodes.map(start))
    return {
      brokers: nodes.map(({ port }) => `127.0.0.1:${port}`).join(','),
      node: (id) => running.get(id) ?? noNode(id),
      startAgain: async (id) => start(nodes.find((node) => node.id === id) ?? noNode(id)),
      stop: folder.close,
    }
  } catch (error) {
    await folder.close()
    throw error
  }
}

const noNode = (id: number): never => {
  throw new Error(`the cluster has no node ${id}`)
}

const anyPort: WantedPort = { variable: 'KAFKA_BROKERS', preferred: 0 }

const chooseNodes = async (count: number): Promise<KafkaNode[]> => {
  const ids = Array.from({ length: count }, (_, index) => index + 1)
  const names = ids.flatMap((id) => [`node-${id}`, `controller-${id}`])
  const wanted = Object.fromEntries(names.map((name) => [name, anyPort]))
  const { ports, release } = await choosePorts(wanted, () => {})
  await release()
  return ids.map((id) => ({
    id,
    port: ports[`node-${id}`] ?? 0,
    controllerPort: ports[`controller-${id}`] ?? 0,
  }))
}
