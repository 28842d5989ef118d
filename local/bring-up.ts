import { join } from 'node:path'
import { z } from 'zod'
import { type Environment, list, readVariables, secret } from '../lib/config.ts'
import { isLoopback, reachable } from './addresses.ts'
import { neededArtifacts } from './artifacts.ts'
import { type Endpoints, removeEndpoints, writeEndpoints } from './endpoints.ts'
import { finalBlock } from './final-block.ts'
import { chooseLocalPorts } from './local-ports.ts'
import { makeClassArchives } from './make-class-archives.ts'
import { type PlannedProcess, planProcesses } from './plan-processes.ts'
import { type BridgeProgram, runAndKeep, runToCompletion } from './process/bridge-process.ts'
import { ownName } from './process/output.ts'
import { hasTokens, processEnvironments, type StackUrls } from './process/process-environment.ts'
import { startServers } from './start-servers.ts'
import type { Prepared, SupervisedStack } from './supervised-stack.ts'

/**
 * Starts the servers, runs `bridge setup`, then starts the ingress, the workers and the other processes.
 * When all of them are ready, writes `endpoints.json` and prints the final block. Then makes what speeds up
 * the next start.
 */
export const bringUp = async (stack: SupervisedStack, prepared: Prepared): Promise<void> => {
  const { env, dataDir, cacheDir, output, workers, others } = stack
  const { folder, java, signal } = prepared
  await removeEndpoints(dataDir)
  const ports = await chooseLocalPorts(env, [...workers, ...others], output.linesOf(ownName))
  await ports.releaseServers()
  const urls = await startServers(stack, prepared, ports)
  const environments = processEnvironments({ ...stack, urls, secrets: folder.secrets })
  const program: BridgeProgram = { ...stack, childProcesses: folder.childProcesses, signal }
  await runToCompletion(program, 'setup', environments.setup)

  const plan = planProcesses(stack, environments, ports)
  const processes = [plan.ingress, ...plan.workers, ...plan.others]
  await ports.release()
  await Promise.all(
    processes.map((process) =>
      runAndKeep(program, { ...process, readyUrl: `${process.operationsUrl}/readyz` }),
    ),
  )

  signal.throwIfAborted()
  const endpoints = endpointsOf(urls, !env.KAFKA_BROKERS, environments.setup, plan.ingress.env, processes)
  await writeEndpoints(dataDir, endpoints)
  output.plain(
    finalBlock({
      ...stack,
      endpoints,
      running: plan.workers.map(({ name }) => name),
      given: {
        token: hasTokens(env),
        database: Boolean(env.DATABASE_URL),
        auditReader: Boolean(env.AUDIT_READER_DATABASE_URL),
      },
      isDirectoryIncomplete: !(env.GITLAB_API_URL || env.GITLAB_API_FILE),
      generatedAuditKey: generatedAuditKey(stack),
      isReachableFromOutside: !isLoopback(plan.ingress.env.INGRESS_HOST),
    }),
  )
  await makeClassArchives({
    ...{ servers: neededArtifacts(env), dataFolder: folder, cacheDir, java, signal },
    print: output.linesOf(ownName),
  })
}

const generatedAuditKey = ({ env, dataDir, workers }: SupervisedStack): string | undefined =>
  env.AUDIT_LOG_SIGNING_KEY ||
  env.AUDIT_LOG_SIGNING_KEY_FILE ||
  !workers.some(({ name }) => name === 'audit-log')
    ? undefined
    : join(dataDir, 'audit-log', 'signing-key')

const endpointsOf = (
  urls: StackUrls,
  kafka_is_embedded: boolean,
  setupEnv: Environment,
  ingressEnv: Environment,
  processes: readonly PlannedProcess[],
): Endpoints => {
  const { INGRESS_HOST, INGRESS_PORT, INGRESS_TLS_CERT_FILE } = ingressEnv
  const scheme = INGRESS_TLS_CERT_FILE ? 'https' : 'http'
  return {
    hook_url: `${scheme}://${reachable(INGRESS_HOST)}:${INGRESS_PORT}/hooks`,
    secret_token: firstToken(ingressEnv),
    kafka_brokers: urls.kafkaBrokers,
    kafka_is_embedded,
    schema_registry_url: urls.schemaRegistryUrl,
    database_url: urls.databaseUrl,
    audit_reader_url: setupEnv.AUDIT_READER_DATABASE_URL ?? null,
    metrics: Object.fromEntries(
      processes.map(({ name, operationsUrl }) => [name, `${operationsUrl}/metrics`]),
    ),
    feed_url: servedUrl(processes, 'feed_url'),
    directory_url: servedUrl(processes, 'directory_url'),
  }
}

const servedUrl = (processes: readonly PlannedProcess[], endpoint: 'feed_url' | 'directory_url') =>
  processes.find(({ served }) => served?.endpoint === endpoint)?.served?.url ?? null

const tokens = z.object({ INGRESS_SECRET_TOKENS: list().default([]).meta(secret) })
const firstToken = (env: Environment): string | null =>
  readVariables(tokens, env).INGRESS_SECRET_TOKENS[0] ?? null
