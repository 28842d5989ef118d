import { relative, resolve } from 'node:path'
import { createInterface } from 'node:readline/promises'
import { fileURLToPath } from 'node:url'
import { Command } from 'commander'
import { readVariables } from '../../lib/config.ts'
import { ConfigError, UsageError } from '../../lib/errors.ts'
import { lagExporterPort } from '../variables/lag-exporter-port.ts'
import { settingsFaults } from './settings-faults.ts'

/** `bridge local`: everything on this machine, from nothing; what `npm start` runs. */
export const localCommand = new Command('local')
  .description(
    'run everything on this machine: Kafka, schema registry, PostgreSQL, ingress, workers, lag exporter',
  )
  .option('--reset', 'clear the local data (BRIDGE_DATA_DIR) after asking, and exit')
  .option('--yes', 'with --reset: do not ask')
  .action(async ({ reset, yes }: { reset?: true; yes?: true }) => {
    const dataDir = resolve(process.env.BRIDGE_DATA_DIR || '.bridge')
    if (reset) await clear(dataDir, yes === true)
    else await run(dataDir)
  })

const run = async (dataDir: string): Promise<void> => {
  const stop = new AbortController()
  // The terminal signals the whole group and npm passes it on once more: every further signal is ignored.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stop.abort())
  await stopWithNpm(() => stop.abort())
  // With the terminal gone, writing fails; that must not keep us from stopping in order.
  process.stdout.on('error', () => {})
  process.stderr.on('error', () => {})

  const [
    { supervise },
    { createOutput, ownName },
    { cacheFolder },
    { consumers },
    { catalogue },
    { createNames },
  ] = await Promise.all([
    import('../../local/supervise.ts'),
    import('../../local/process/output.ts'),
    import('../../local/artifacts.ts'),
    import('../../consumers/index.ts'),
    import('../../schemas/catalogue.ts'),
    import('../../schemas/topics.ts'),
  ])
  const entry = fileURLToPath(new URL('../bridge.ts', import.meta.url))
  const faults = await settingsFaults(
    process.env,
    entry,
    consumers.map(({ name }) => name),
  )
  if (faults.length > 0 && !stop.signal.aborted) throw new ConfigError(faults)
  const others = [{ name: 'lag-exporter', metricsPort: lagExporterPort }]
  const { topic } = createNames(process.env.KAFKA_TOPIC_PREFIX ?? '')
  const output = createOutput((text) => void process.stdout.write(text), {
    names: [ownName, 'setup', 'ingress', ...[...consumers, ...others].map(({ name }) => name)],
    isColoured: process.stdout.isTTY && !process.env.NO_COLOR,
  })
  await supervise(
    {
      env: process.env,
      dataDir,
      cacheDir: cacheFolder(process.env),
      node: process.execPath,
      entry,
      cwd: process.cwd(),
      workers: consumers.map(({ name, metricsPort, variables }) => ({
        name,
        metricsPort,
        readConfig: (env) => readVariables(variables, env),
      })),
      others,
      topics: (Object.keys(catalogue) as (keyof typeof catalogue)[]).map(topic),
      samplePath: relative(
        process.cwd(),
        fileURLToPath(new URL('../../test/fixtures/push.json', import.meta.url)),
      ),
      output,
    },
    stop.signal,
  )
  // Back-offs and connections that wait for nothing any more must not hold us.
  process.exit(0)
}

// With npm gone, nobody is left who could pass on a Ctrl-C. A shell may go and leave us running (nohup), npm
// may not.
const stopWithNpm = async (stop: () => void): Promise<void> => {
  if (process.env.npm_lifecycle_event === undefined) return
  const { npmAbove, processStart } = await import('../../lib/process-table.ts')
  const npm = npmAbove(process.ppid)
  if (npm === undefined) return
  const started = processStart(npm)
  setInterval(() => {
    if (processStart(npm) !== started) stop()
  }, 1000).unref()
}

const clear = async (dataDir: string, isSure: boolean): Promise<void> => {
  if (!isSure && !process.stdin.isTTY)
    throw new UsageError(
      'bridge local --reset asks before it clears, and there is no terminal to ask on: add --yes',
    )
  const { resetDataFolder } = await import('../../local/reset.ts')
  const confirm = async (path: string): Promise<boolean> => {
    const terminal = createInterface({ input: process.stdin, output: process.stdout })
    const answer = await terminal.question(
      `Clear all data in ${path}: topics, schemas, database, logs? [y/N] `,
    )
    terminal.close()
    return /^y(es)?$/i.test(answer.trim())
  }
  console.log(await resetDataFolder(dataDir, isSure ? async () => true : confirm))
}
