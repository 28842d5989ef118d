import { z } from 'zod'
import { databaseUrl, readVariables, secret } from '../lib/config.ts'
import type { LocalPorts } from './local-ports.ts'
import { keepRunning } from './process/keep-running.ts'
import { ownName } from './process/output.ts'
import type { StackUrls } from './process/process-environment.ts'
import { type ServerName, serverNames, serverStarters } from './servers.ts'
import type { Prepared, SupervisedStack } from './supervised-stack.ts'

/**
 * Starts the servers that the environment does not name, in parallel, and keeps them running.
 *
 * @returns the addresses of all servers once they are ready
 */
export const startServers = async (
  { env, cacheDir, output }: SupervisedStack,
  { folder, java, signal }: Prepared,
  ports: LocalPorts,
): Promise<StackUrls> => {
  const starters = serverStarters({ dataFolder: folder, cacheDir, java, ports: ports.servers })
  const print = output.linesOf(ownName)
  const ownUrls: Readonly<Record<ServerName, string | undefined>> = {
    kafka: env.KAFKA_BROKERS,
    registry: env.SCHEMA_REGISTRY_URL,
    postgres: readVariables(databaseVariables, env).DATABASE_URL,
  }
  const start = async (name: ServerName): Promise<string> => {
    const ownUrl = ownUrls[name]
    if (ownUrl) return ownUrl
    const startedAt = Date.now()
    const server = await starters[name]()
    const seconds = ((Date.now() - startedAt) / 1000).toFixed(1)
    print(`${name} is ready on 127.0.0.1:${server.port} after ${seconds} s`)
    const restart = async () => {
      const restarted = await starters[name]()
      print(`${name} is ready again`)
      return restarted
    }
    void keepRunning(server, { name, restart, print, signal })
    return server.url
  }
  const [kafkaBrokers = '', schemaRegistryUrl = '', url = ''] = await Promise.all(serverNames.map(start))
  return { kafkaBrokers, schemaRegistryUrl, databaseUrl: url }
}

const databaseVariables = z.object({ DATABASE_URL: databaseUrl().optional().meta(secret) })
