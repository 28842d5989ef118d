// npm run bench:consumers [-- --records 1000000]: what the runtime costs, as ratios within one run, and memory over a backlog.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { setUp } from '../cli/setup/set-up.ts'
import { createKafka } from '../lib/kafka.ts'
import { quietLogger } from '../lib/logger.ts'
import { createNames } from '../schemas/topics.ts'
import { startServers } from '../test/helpers/stack-servers.ts'
import { publishPushes } from '../test/integration/consumers/worker-under-test.ts'
import { benchConsumers } from './consumers/subject.ts'

const { values } = parseArgs({ options: { records: { type: 'string', default: '200000' }, rounds: { type: 'string', default: '3' } } })
const [backlog, rounds] = [Number(values.records), Number(values.rounds)]
const subject = fileURLToPath(new URL('consumers/subject.ts', import.meta.url))

const servers = await startServers()
const say = (line: string) => process.stdout.write(`${line}\n`)

/** Names, topics and records of its own for each measurement. */
const prepare = async (prefix: string, records: number) => {
  const env = {
    ...process.env,
    KAFKA_BROKERS: servers.kafkaBrokers,
    SCHEMA_REGISTRY_URL: servers.schemaRegistryUrl,
    DATABASE_URL: servers.databaseUrl,
    AUDIT_LOG_DATABASE_URL: servers.databaseUrl,
    KAFKA_TOPIC_PREFIX: `${prefix}.`,
    METRICS_HOST: '127.0.0.1',
    METRICS_PORT: '0',
  }
  await setUp(env, quietLogger(), Object.values(benchConsumers))
  const kafka = createKafka({ KAFKA_BROKERS: [servers.kafkaBrokers] } as never, 'bench', quietLogger())
  await publishPushes({ env, kafka, names: createNames(`${prefix}.`) } as never, records, { prefix, projects: 60 })
  return env
}

interface Measured {
  perSecond: number
  /** The slowest and the fastest tenth, records/s. */
  slowest: number
  fastest: number
  peakRssMb: number
}

const measure = async (args: readonly string[], env: NodeJS.ProcessEnv): Promise<Measured> => {
  const child = spawn(process.execPath, ['--max-semi-space-size=8', subject, ...args], { env, stdio: ['ignore', 'pipe', 'inherit'] })
  let peakRssMb = 0
  const watch = setInterval(() => {
    peakRssMb = Math.max(peakRssMb, rssMbOf(child.pid ?? 0))
  }, 100)
  const tenths: { count: number; seconds: number }[] = [{ count: 0, seconds: 0 }]
  for await (const line of createInterface(child.stdout)) tenths.push(JSON.parse(line))
  if (child.exitCode === null) await once(child, 'exit')
  clearInterval(watch)
  const rates = tenths.slice(1).map(({ count, seconds }, index) => {
    const before = tenths[index] ?? { count: 0, seconds: 0 }
    return (count - before.count) / (seconds - before.seconds)
  })
  const last = tenths.at(-1) ?? { count: 0, seconds: 1 }
  return { perSecond: last.count / last.seconds, slowest: Math.min(...rates), fastest: Math.max(...rates), peakRssMb }
}

const rssMbOf = (pid: number): number => {
  try {
    return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024
  } catch {
    return 0
  }
}

const median = (numbers: readonly number[]): number => numbers.toSorted((one, other) => one - other)[Math.floor(numbers.length / 2)] ?? 0

/** Bare and worker in turns, so that a busy moment hits both. */
const compare = async (name: 'noop' | 'audit-log', records: number, bound: number) => {
  const ratios: number[] = []
  for (let round = 1; round <= rounds; round++) {
    // Rows that are there already would cost less: each gets records of its own.
    const [bareEnv, workerEnv] = [await prepare(`bench-${name}-bare-${round}`, records), await prepare(`bench-${name}-${round}`, records)]
    const bare = await measure(['bare', name, String(records)], bareEnv)
    const worker = await measure(['worker', name, String(records)], workerEnv)
    ratios.push(worker.perSecond / bare.perSecond)
    say(
      `${name} round ${round}: bare ${bare.perSecond.toFixed(0)}/s, worker ${worker.perSecond.toFixed(0)}/s, ratio ${ratios.at(-1)?.toFixed(2)}`,
    )
  }
  return verdict(`${name}: worker ${median(ratios).toFixed(2)} of bare, at least ${bound} wanted`, median(ratios) >= bound)
}

const verdict = (sentence: string, holds: boolean): boolean => {
  say(`${holds ? 'holds ' : 'BROKEN'}  ${sentence}`)
  return holds
}

const workOff = async () => {
  const env = await prepare('bench-backlog', backlog)
  const { perSecond, slowest, fastest, peakRssMb } = await measure(['worker', 'noop', String(backlog)], env)
  say(`backlog of ${backlog}: ${perSecond.toFixed(0)}/s, tenths between ${slowest.toFixed(0)} and ${fastest.toFixed(0)}/s`)
  return verdict(`backlog of ${backlog}: peak RSS ${peakRssMb.toFixed(0)} MB, under 180 wanted`, peakRssMb < 180)
}

const held = [await compare('noop', 60_000, 0.6), await compare('audit-log', 20_000, 0.6), await workOff()]
await servers.remove()
process.exit(held.every(Boolean) ? 0 : 1)
