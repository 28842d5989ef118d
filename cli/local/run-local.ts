import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import type { Consumer } from '../../consumers/consumer.ts'
import { consumers } from '../../consumers/index.ts'
import type { LogFollower } from '../../consumers/log-follower.ts'
import { workers as allWorkers, logFollowers } from '../../consumers/workers.ts'
import { readVariables, type Variables } from '../../lib/config.ts'
import { ConfigError } from '../../lib/errors.ts'
import { cacheFolder } from '../../local/artifacts.ts'
import { createOutput, ownName } from '../../local/process/output.ts'
import { selectWorkers } from '../../local/select-workers.ts'
import { supervise } from '../../local/supervise.ts'
import type { ServedPort, Worker } from '../../local/workers.ts'
import { eventTypes } from '../../schemas/catalogue.ts'
import { createNames } from '../../schemas/topics.ts'
import { lagExporterPort } from '../variables/lag-exporter-port.ts'
import { usedWorkersVariables } from '../variables/used-workers.ts'
import { checkSettings } from '../workers/check-settings.ts'
import { settingsFaults } from './settings-faults.ts'

const entry = fileURLToPath(new URL('../bridge.ts', import.meta.url))
const sample = fileURLToPath(new URL('../../test/fixtures/push.json', import.meta.url))
const others = [{ name: 'lag-exporter', metricsPort: lagExporterPort }]

/**
 * Runs the local stack until the signal aborts.
 *
 * @throws ConfigError before anything is started if the settings are wrong; UsageError if the stack cannot
 * start
 */
export const runLocal = async (dataDir: string, stopSignal: AbortSignal): Promise<void> => {
  const workerNames = allWorkers.map(({ name }) => name)
  const faults = await settingsFaults(process.env, entry, workerNames)
  if (faults.length > 0 && !stopSignal.aborted) throw new ConfigError(faults)
  const { BRIDGE_WORKERS } = readVariables(usedWorkersVariables(consumers), process.env)
  const workers = [...consumers.map(groupWorker), ...logFollowers.map(followingWorker)]
  const { running, waiting, databaseRoles } = await selectWorkers(workers, BRIDGE_WORKERS, process.env)
  const { topic } = createNames(process.env.KAFKA_TOPIC_PREFIX ?? '')
  const output = createOutput((text) => void process.stdout.write(text), {
    names: [ownName, 'setup', 'ingress', ...workerNames, ...others.map(({ name }) => name)],
    isColoured: process.stdout.isTTY && !process.env.NO_COLOR,
  })
  const stack = {
    env: process.env,
    dataDir,
    cacheDir: cacheFolder(process.env),
    node: process.execPath,
    entry,
    cwd: process.cwd(),
    workers: running,
    waiting,
    databaseRoles,
    others,
    topics: eventTypes.map(topic),
    samplePath: relative(process.cwd(), sample),
    output,
  }
  await supervise(stack, stopSignal)
}

const groupWorker = (consumer: Consumer): Worker => ({
  name: consumer.name,
  metricsPort: consumer.metricsPort,
  databaseRoles: rolesOf(consumer),
  ...servedPortOf(consumer),
  readConfig: (env) => checkSettings(consumer, env),
})

const followingWorker = (follower: LogFollower): Worker => ({
  name: follower.name,
  metricsPort: follower.metricsPort,
  databaseRoles: [],
  ...servedPortOf(follower),
  readConfig: async (env) => readVariables(follower.variables, env),
})

const rolesOf = ({ name, database }: Consumer): string[] =>
  database === undefined ? [] : [name, ...(database.roles ?? []).map((role) => role.name)]

/** The port on which a worker answers users, if there is one. */
const servedPortOf = ({ serves, variables: { shape } }: Consumer | LogFollower): { serves?: ServedPort } => {
  if (serves === undefined) return {}
  const { port: variable, host: hostVariable, endpoint } = serves
  const own = z.object({
    [variable]: shape[variable],
    [hostVariable]: shape[hostVariable],
  } as Variables['shape'])
  const settings = readVariables(own, process.env)
  const [preferred, host] = [Number(settings[variable]), String(settings[hostVariable])]
  return { serves: { variable, hostVariable, endpoint, preferred, host } }
}
