// `npm run bench`: our ingress beside what else one could have, on one broker, in one run; then the workers (bench/consumers.ts).
//   --quick             shows within a minute that the benchmark works; its figures say nothing
//   --write             keeps the table in docs/performance.md
//   --rounds, --seconds, --connections 32,64, --receivers ours,express   measure less, or longer; with --receivers no workers
//   --baseline <folder> another checkout of this project, as one more receiver
import { readFile } from 'node:fs/promises'
import { availableParallelism, cpus, loadavg } from 'node:os'
import { parseArgs } from 'node:util'
import { cacheFolder } from '../local/artifacts.ts'
import { benchWorkers, workersPlans } from './consumers/run.ts'
import { measureDrain } from './drain.ts'
import { prepareFlask } from './flask-venv.ts'
import { startLoad } from './load/load.ts'
import { type Measured, measure, watchMemory } from './measure.ts'
import { type Case, nameOf, type Plan, plans } from './plan.ts'
import { type Receiver, receiversOf } from './receivers.ts'
import { promisesOf } from './report/promises.ts'
import { renderReport } from './report/render-report.ts'
import { writeReport } from './report/write-report.ts'
import { startServers } from './servers.ts'
import { type HookToSend, headersOf, type RunningReceiver, startReceiver } from './start-receiver.ts'

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

const standard = plans[options.quick ? 'quick' : 'full']
const plan: Plan = {
  ...standard,
  rounds: Number(options.rounds ?? standard.rounds),
  seconds: Number(options.seconds ?? standard.seconds),
  connections: options.connections?.split(',').map(Number) ?? standard.connections,
}

const say = (line: string) => process.stderr.write(`${line}\n`)

const fixture = (name: string) => readFile(new URL(`../test/fixtures/${name}`, import.meta.url), 'utf8')
const hook: HookToSend = {
  headers: headersOf(await fixture('push.headers')),
  body: await fixture('push.json'),
}

const startedAt = new Date()
const loadBefore = loadavg()[0] ?? 0

const flask = await prepareFlask(cacheFolder(process.env))
say('starting Kafka and the registry …')
const servers = await startServers(process.env)
const load = startLoad()
const stops = [() => load.stop(), () => servers.stop()]
process.once('SIGINT', () => process.exit(130)) // what runs is tied to our life

try {
  const wanted = options.receivers?.split(',')
  const flaskBin = 'bin' in flask ? flask.bin : undefined
  const receivers = receiversOf({ servers, flaskBin, baseline: options.baseline }).filter(
    ({ name }) => wanted?.includes(name) ?? true,
  )
  const cases: Case[] = [
    ...plan.connections.map((connections): Case => ({ kind: 'closed', connections })),
    { kind: 'open', rate: plan.rate },
  ]

  const measured: Measured[] = []
  for (let round = 1; round <= plan.rounds; round++)
    measured.push(...(await playRound(receivers, cases, round)))

  const first = receivers[0]
  const memory = first && (await alone(first, (receiver) => watchMemory(receiver, load, hook, plan)))
  const [draining, filling] = (['ours', 'spool'] as const).map((name) =>
    receivers.find((receiver) => receiver.name === name),
  )
  if (draining && filling) say('drain')
  const drained =
    draining &&
    filling &&
    (await measureDrain({ filling, draining, load, hook, plan, dataDir: servers.dataDir }))
  const report = renderReport({
    measured,
    memory,
    receivers,
    loads: cases.map(nameOf),
    promises: promisesOf({ measured, memory, drained }),
    missing: 'missing' in flask ? [`Flask is not measured: ${flask.missing}`] : [],
    plan,
    machine: {
      startedAt,
      minutes: (Date.now() - startedAt.getTime()) / 60_000,
      processors: availableParallelism(),
      model: cpus()[0]?.model ?? 'unknown',
      node: process.version,
      load: [loadBefore, loadavg()[0] ?? 0],
    },
  })
  console.log(report)
  if (options.write) await writeReport(report, 'bench')
} finally {
  for (const stop of stops) await stop()
}
if (options.receivers === undefined) {
  console.log(
    `\n${await benchWorkers(workersPlans[options.quick ? 'quick' : 'full'], options.write ? 'write' : 'print', say)}`,
  )
}

/** All receivers anew; under each load one after the other, there and back: a machine that gets slower or faster hits all alike. */
async function playRound(
  receivers: readonly Receiver[],
  cases: readonly Case[],
  round: number,
): Promise<Measured[]> {
  say(`round ${round} of ${plan.rounds}`)
  const running: RunningReceiver[] = []
  try {
    for (const receiver of receivers) running.push(await startReceiver(receiver, hook, servers.dataDir))
    for (const receiver of running) await warmUp(receiver)
    const results: Measured[] = []
    for (const kind of cases) {
      for (const [back, order] of [running, running.toReversed()].entries()) {
        for (const receiver of order) {
          if (receiver.receiver.takes(kind))
            results.push(await measure(receiver, load, hook, plan, kind, 2 * round + back))
        }
      }
    }
    return results
  } finally {
    await Promise.all(running.map((receiver) => receiver.stop()))
    await servers.empty()
  }
}

async function alone<T>(receiver: Receiver, action: (running: RunningReceiver) => Promise<T>): Promise<T> {
  say('memory')
  const running = await startReceiver(receiver, hook, servers.dataDir)
  try {
    return await action(running)
  } finally {
    await running.stop()
  }
}

async function warmUp({ url }: RunningReceiver) {
  await load.send({
    url,
    ...hook,
    connections: 32,
    maxHooks: plan.warmUp.hooks,
    maxSeconds: plan.warmUp.limitSeconds,
  })
}
