import { readdirSync } from 'node:fs'
import { startLagExporter } from '../../../cli/lag-exporter/lag-exporter.ts'
import { consumers } from '../../../consumers/index.ts'
import { startLogFollower } from '../../../consumers/runtime/start-log-follower.ts'
import { startWorker } from '../../../consumers/runtime/worker.ts'
import { logFollowers } from '../../../consumers/workers.ts'
import type { Environment } from '../../../lib/config.ts'
import type { Running } from '../../../lib/lifecycle.ts'
import type { Logger } from '../../../lib/logger.ts'
import { type LogEntry, logEntriesIn } from '../process/log-entries.ts'
import { recordingLogger } from '../process/recording-logger.ts'
import { routeAllTo } from '../records/route-all-to.ts'
import { startReceiver } from '../servers/chat/start-receiver.ts'
import { botToken, seedBot } from '../servers/gitlab-api/seed.ts'
import { startGitlabApi } from '../servers/gitlab-api/start-gitlab-api.ts'
import type { Stack } from '../servers/stack.ts'
import type { Target } from './start-prometheus.ts'

/** Workers that are not started, and why. */
export const notStarted: Readonly<Record<string, string>> = {
  'ldap-sync': 'needs an LDAP server, and is in no stack of these tests',
  'hook-forwarder': 'exports what chat-notifier exports',
  'issue-commenter': 'exports what chat-notifier exports',
  'reviewer-mentions': 'exports what chat-notifier exports',
}

export interface AllProcesses {
  targets: readonly Target[]
  hookUrl: string
  /** What the ingress has logged so far. It has a line for each hook. */
  ingressLog(): readonly LogEntry[]
  stop(): Promise<void>
}

/** Starts a process of every kind: the ingress as production does, and the others within this process. */
export const startAllProcesses = async (stack: Stack): Promise<AllProcesses> => {
  const [receiver, gitlab] = [await startReceiver(), await startGitlabApi()]
  seedBot(gitlab)
  const folder = await stack.temporaryFolder()
  const routes = await routeAllTo(folder, { type: 'slack', url: `${receiver.url}/hook` })
  const env = {
    ...stack.env,
    ...routes.env,
    DATABASE_URL: stack.databaseUrl,
    GITLAB_API_URL: gitlab.url,
    GITLAB_API_TOKEN: botToken,
    PROJECT_DIRECTORY_PORT: '0',
    EVENT_FEED_PORT: '0',
  }
  const ingress = await stack.startIngress({ LOG_DELIVERIES: 'all' })
  const stops: (() => Promise<unknown>)[] = []
  const start = async (job: Target['job'], process: string, begin: Begin): Promise<Target> => {
    const { logger, lines } = recordingLogger()
    const running = await begin(env, logger)
    stops.push(() => running.stop())
    const url = lines.find(({ fields }) => fields.metrics !== undefined)?.fields.metrics
    return { job, process, url: String(url) }
  }
  const targets: Target[] = [{ job: 'ingress', process: 'ingress', url: ingress.metricsUrl }]
  for (const consumer of consumers.filter(({ name }) => notStarted[name] === undefined))
    targets.push(await start('worker', consumer.name, (env, logger) => startWorker(consumer, env, logger)))
  for (const follower of logFollowers)
    targets.push(
      await start('worker', follower.name, (env, logger) => startLogFollower(follower, env, logger)),
    )
  targets.push(await start('lag-exporter', 'lag-exporter', startLagExporter))
  return {
    targets,
    hookUrl: String(ingress.hookUrl),
    ingressLog: () => logEntriesIn(ingress.lines),
    stop: async () => {
      await Promise.all(stops.map((stop) => stop()))
      await Promise.all([receiver.close(), gitlab.stop()])
    },
  }
}

type Begin = (env: Environment, logger: Logger) => Promise<Running>

const rulesFolder = new URL('../../../monitoring/prometheus/rules/', import.meta.url)

/** The paths of all files with rules. */
export const rulePaths = (): string[] =>
  readdirSync(rulesFolder)
    .filter((file) => file.endsWith('.yml') && !file.endsWith('.test.yml'))
    .map((file) => new URL(file, rulesFolder).pathname)
