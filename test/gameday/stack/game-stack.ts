import assert from 'node:assert/strict'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Environment } from '../../../lib/config.ts'
import { acquireLock } from '../../../lib/disk/lock.ts'
import { writeEndpoints } from '../../../local/endpoints.ts'
import { type HookLoad, startHookLoad } from '../../helpers/faults/hook-load.ts'
import { type Alertmanager, startAlertmanager } from '../../helpers/monitoring/start-alertmanager.ts'
import { rulePaths } from '../../helpers/monitoring/start-all-processes.ts'
import type { Target } from '../../helpers/monitoring/start-prometheus.ts'
import { eventually } from '../../helpers/process/eventually.ts'
import { routeAllTo } from '../../helpers/records/route-all-to.ts'
import { type Receiver, startReceiver } from '../../helpers/servers/chat/start-receiver.ts'
import { type Servers, startServers } from '../../helpers/servers/servers.ts'
import { openStack, type ReadyProcess, type Stack, secretToken } from '../../helpers/servers/stack.ts'
import { sharedStackOf } from '../../helpers/servers/stack-setup.ts'
import { divideDuration, millisecondsOf } from '../rules/divide-durations.ts'
import { fasterAlertmanager } from '../rules/faster-alertmanager.ts'
import { writeFasterRules } from '../rules/write-faster-rules.ts'
import { type Pager, startPager } from './pager.ts'
import { type Scraper, startScraper } from './scraper.ts'
import { type GameProcesses, startProcesses } from './start-processes.ts'

/** The running stack that is broken: servers, processes, Prometheus, Alertmanager, and hooks that arrive. */
export interface GameStack {
  /** By what every duration of production is divided. */
  divisor: number
  servers: Servers
  stack: Stack
  processes: GameProcesses
  scraper: Scraper
  alertmanager: Alertmanager
  pager: Pager
  /** The chat to which messages about issues are sent. */
  chat: Receiver
  /** The name of the chat in the file of routes. */
  chatDestination: string
  /** The variables of an operator at the machine of the bridge. */
  operatorEnv: Environment
  /** Starts a further ingress that Prometheus scrapes. @param name its label `process` */
  addIngress(name: string, env?: Environment): Promise<ReadyProcess>
  /** Stops it. Prometheus forgets it, as after a change of the deployment. */
  removeIngress(name: string): Promise<void>
  stop(): Promise<void>
}

/** Every duration of production on which the rules depend, divided like those of the rules. */
const fasterSettings = (divisor: number): Environment => ({
  INGRESS_CANARY_SECONDS: String(Math.max(15 / divisor, 0.5)),
  AUDIT_LOG_CHECKPOINT_SECONDS: String(Math.max(60 / divisor, 1)),
  LAG_STALL_SECONDS: String(Math.ceil(120 / divisor)),
  CONSUMER_SESSION_SECONDS: '10',
  INGRESS_FAILED_LOGINS_PER_MINUTE: String(30 * divisor),
})

/**
 * Starts everything. The caller must call `stop`.
 *
 * @param say tells the progress
 */
export const startGameStack = async (divisor: number, say: (line: string) => void): Promise<GameStack> => {
  const servers = await startServers()
  say('the servers run')
  const stack = await openStack('gameday', sharedStackOf(servers))
  // One partition for each topic keeps the servers quick.
  const partitions = { KAFKA_TOPIC_PARTITIONS: '1' }
  await stack.setUp(partitions)
  say('topics, schemas and tables exist')
  const chat = await startReceiver()
  const folder = await stack.temporaryFolder()
  const slack = { type: 'slack', url: `${chat.url}/hook` }
  const routes = await routeAllTo(folder, slack, { events: ['issue'] })
  const operatorEnv = { ...stack.env, ...partitions, ...routes.env, DATABASE_URL: stack.databaseUrl }
  const env = {
    ...operatorEnv,
    ...fasterSettings(divisor),
    PROJECT_DIRECTORY_PORT: '0',
    EVENT_FEED_PORT: '0',
  }
  const processes = await startProcesses(stack, env, say)
  const monitoring = await startMonitoring(folder, divisor)
  say('Prometheus and Alertmanager run')
  const added = new Map<string, { target: Target; ingress: ReadyProcess }>()
  const scrapeAll = () => {
    const targets = [...added.values()].map(({ target }) => target)
    return monitoring.scraper.scrape([...processes.targets, ...processes.unusedTargets, ...targets])
  }
  await scrapeAll()
  await untilScraped(monitoring.scraper, processes.targets.length)
  const lock = await writeOwnEndpoints(stack, servers, processes)
  const hookUrl = String(processes.process('ingress').hookUrl)
  const load: HookLoad = startHookLoad({ urls: () => [hookUrl], token: secretToken, perSecond: 2 })
  return {
    ...{ divisor, servers, stack, processes, chat },
    ...monitoring,
    chatDestination: routes.destination,
    operatorEnv: { ...operatorEnv, ALERTMANAGER_URL: monitoring.alertmanager.url },
    addIngress: async (name, env) => {
      const ingress = await processes.startIngress(env)
      added.set(name, { ingress, target: { job: 'ingress', process: name, url: ingress.metricsUrl } })
      await scrapeAll()
      return ingress
    },
    removeIngress: async (name) => {
      const ingress = added.get(name)?.ingress
      added.delete(name)
      await scrapeAll()
      await ingress?.stop(10_000)
    },
    stop: async () => {
      await load.stop()
      await lock.release()
      await Promise.all([processes.stop(), ...[...added.values()].map(({ ingress }) => ingress.stop(10_000))])
      await Promise.all([monitoring.scraper.stop(5000), monitoring.alertmanager.stop(5000)])
      await Promise.all([chat.close(), monitoring.pager.close()])
      await servers.remove()
    },
  }
}

const startMonitoring = async (folder: string, divisor: number) => {
  // Three heartbeats: Alertmanager sends one every five minutes.
  const pager = await startPager(millisecondsOf('15m') / divisor)
  const [ofAlertmanager, ofPrometheus] = [join(folder, 'alertmanager'), join(folder, 'prometheus')]
  await Promise.all([mkdir(ofAlertmanager), mkdir(ofPrometheus)])
  const alertmanager = await startAlertmanager(ofAlertmanager, fasterAlertmanager(pager.url, divisor))
  const scraper = await startScraper({
    folder: ofPrometheus,
    ruleFiles: await writeFasterRules(rulePaths(), ofPrometheus, divisor),
    alertmanager: new URL(alertmanager.url).host,
    lookback: divideDuration('5m', divisor),
  })
  return { pager, alertmanager, scraper }
}

/** Waits until Prometheus has reached every process, and until the alert about missing series has ended. */
const untilScraped = (scraper: Scraper, processes: number) =>
  eventually(async () => {
    const [up] = await scraper.query('sum(up{job!="prometheus"})')
    assert.equal(up?.value, processes)
    assert.deepEqual(await scraper.query('ALERTS{alertname="SeriesAreMissing"}'), [])
  })

/** Writes `endpoints.json`, so that the commands of an operator find the running processes. */
const writeOwnEndpoints = async (stack: Stack, servers: Servers, { targets, process }: GameProcesses) => {
  const dataDir = String(stack.env.BRIDGE_DATA_DIR)
  const lock = await acquireLock(join(dataDir, 'lock'), 'process')
  if ('heldBy' in lock) throw new Error(`${dataDir} is locked`)
  await writeEndpoints(dataDir, {
    hook_url: String(process('ingress').hookUrl),
    secret_token: secretToken,
    kafka_brokers: servers.kafkaBrokers,
    kafka_is_embedded: true,
    schema_registry_url: servers.schemaRegistryUrl,
    database_url: servers.databaseUrl,
    audit_reader_url: null,
    metrics: Object.fromEntries(targets.map((target) => [target.process, target.url])),
    feed_url: null,
    directory_url: null,
  })
  return lock
}
