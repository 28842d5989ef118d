import { join } from 'node:path'
import type { Environment } from '../../../lib/config.ts'
import { openDataFolder } from '../../../local/data-folder.ts'
import { artifactFolder, fetchArtifacts } from '../../../local/fetch-artifacts.ts'
import { findJava } from '../../../local/java.ts'
import { newClusterId, startKafka } from '../../../local/kafka/kafka.ts'
import type { KafkaNode } from '../../../local/kafka/kafka-properties.ts'
import { choosePorts, type WantedPort } from '../../../local/ports.ts'
import type { Server } from '../../../local/server.ts'

/** Several Kafka nodes that are one cluster: for tests of what a single node cannot show. */
export interface KafkaCluster {
  /** As KAFKA_BROKERS wants it. */
  readonly brokers: string
  /** The running process of a node, by its id: 1, 2, … */
  node(id: number): Server
  /** Starts a node that has ended again, on the same ports and data. */
  startAgain(id: number): Promise<Server>
  stop(): Promise<void>
}

interface KafkaClusterOptions {
  /** Absolute; made when missing, kept when stopped. */
  dataDir: string
  cacheDir: string
  env: Environment
  nodes: number
}

/** Starts the nodes in parallel; resolves when each of them answers. */
export const startKafkaCluster = async ({
  dataDir,
  cacheDir,
  env,
  nodes,
}: KafkaClusterOptions): Promise<KafkaCluster> => {
  const java = await findJava(env)
  await fetchArtifacts(['kafka'], { cacheDir, env, print: () => {} })
  const { childProcesses, release: releaseFolder } = await openDataFolder(dataDir)
  const stop = async () => {
    await childProcesses.close([])
    await releaseFolder()
  }
  const ids = Array.from({ length: nodes }, (_, index) => index + 1)
  try {
    const wanted = ids.flatMap((id) => [`node-${id}`, `controller-${id}`])
    const { ports, release } = await choosePorts(
      Object.fromEntries(wanted.map((name) => [name, anyPort])),
      () => {},
    )
    const voters = ids.map(
      (id): KafkaNode => ({
        id,
        port: ports[`node-${id}`] ?? 0,
        controllerPort: ports[`controller-${id}`] ?? 0,
      }),
    )
    await release()

    const clusterId = newClusterId()
    const running = new Map<number, Server>()
    const startNode = async (node: KafkaNode): Promise<Server> => {
      const folder = join(dataDir, `kafka-${node.id}`)
      const logFile = join(dataDir, 'logs', `kafka-${node.id}.log`)
      const place = { childProcesses, folder, logFile, port: node.port, internalPort: node.controllerPort }
      const server = await startKafka(
        { ...place, java, jars: artifactFolder(cacheDir, 'kafka') },
        { node, voters, clusterId },
      )
      running.set(node.id, server)
      return server
    }
    await Promise.all(voters.map(startNode))
    return {
      brokers: voters.map(({ port }) => `127.0.0.1:${port}`).join(','),
      node: (id) => {
        const server = running.get(id)
        if (server === undefined) throw new Error(`there is no node ${id}`)
        return server
      },
      startAgain: (id) => {
        const node = voters.find((voter) => voter.id === id)
        return node === undefined ? Promise.reject(new Error(`there is no node ${id}`)) : startNode(node)
      },
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}

const anyPort: WantedPort = { variable: 'KAFKA_BROKERS', preferred: 0 }
