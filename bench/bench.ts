// `npm run bench` compares our ingress with other receivers, on one broker and in one run.
// Then it compares the workers with a plain consumer (bench/consumers.ts).
//   --quick                    shows within a minute that the benchmark works; its figures mean nothing
//   --write                    writes the report into docs/performance.md
//   --rounds, --seconds        measure fewer or more rounds, each for a shorter or longer time
//   --connections 32,64        measures with these numbers of connections
//   --receivers ours,express   measures only these receivers, and no workers
//   --baseline <folder>        measures the ingress of another checkout of this project as one more receiver
import { availableParallelism, cpus, loadavg } from 'node:os'
import { parseArgs } from 'node:util'
import { cacheFolder } from '../local/artifacts.ts'
import { benchWorkers, workersPlans } from './consumers/run.ts'
import { prepareFlask } from './flask-venv.ts'
import { startLoad } from './load/load.ts'
import { measureReceivers } from './measure-receivers.ts'
import { type Plan, plans } from './plan.ts'
import { receiversOf } from './receivers.ts'
import { promisesOf } from './report/promises.ts'
import { renderReport } from './report/render-report.ts'
import { writeReport } from './report/write-report.ts'
import { startServers } from './servers.ts'

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
    rounds: { type: 'string' },
    seconds: { type: 'string' },
    connections: { type: 'string' },
    receivers: { type: 'string' },
    baseline: { type: 'string' },
  },
})

const size = options.quick ? 'quick' : 'full'
const standard = plans[size]
const plan: Plan = {
  ...standard,
  rounds: Number(options.rounds ?? standard.rounds),
  seconds: Number(options.seconds ?? standard.seconds),
  connections: options.connections?.split(',').map(Number) ?? standard.connections,
}

const printProgress = (line: string) => process.stderr.write(`${line}\n`)

const loadAverage = () => loadavg()[0] ?? 0

const benchReceivers = async (): Promise<string> => {
  const startedAt = new Date()
  const loadBefore = loadAverage()
  const flask = await prepareFlask(cacheFolder(process.env))
  printProgress('Starting Kafka and the schema registry.')
  const servers = await startServers(process.env, options.baseline)
  const load = startLoad()
  try {
    const flaskBin = 'bin' in flask ? flask.bin : undefined
    const wanted = options.receivers?.split(',')
    const receivers = receiversOf({ servers, flaskBin, baseline: options.baseline }).filter(
      ({ name }) => wanted?.includes(name) ?? true,
    )
    const seen = await measureReceivers({ receivers, plan, servers, load, printProgress })
    return renderReport({
      ...seen,
      receivers,
      promises: promisesOf(seen),
      missing: 'missing' in flask ? [`Flask was not measured: ${flask.missing}`] : [],
      plan,
      machine: {
        startedAt,
        minutes: (Date.now() - startedAt.getTime()) / 60_000,
        processors: availableParallelism(),
        model: cpus()[0]?.model ?? 'unknown',
        node: process.version,
        load: [loadBefore, loadAverage()],
      },
    })
  } finally {
    load.stop()
    await servers.stop()
  }
}

// The child processes end when this process ends, so an interrupt leaves nothing behind.
process.once('SIGINT', () => process.exit(130))

const report = await benchReceivers()
console.log(report)
if (options.write) await writeReport(report, 'bench')
if (options.receivers === undefined) {
  const target = options.write ? 'write' : 'print'
  console.log(`\n${await benchWorkers(workersPlans[size], target, printProgress)}`)
}
