import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Servers, startServers } from '../../test/helpers/servers/servers.ts'
import { writeReport } from '../report/write-report.ts'
import { measureSubject, rateOf, type SubjectKind } from './measure-subject.ts'
import { openRecords } from './open-records.ts'
import type { Compared } from './promises.ts'
import { renderWorkersReport } from './render-report.ts'
import type { BenchConsumerName, Standing } from './subject.ts'

export interface WorkersPlan {
  rounds: number
  /** How many records each subject handles in a round. */
  compared: Readonly<Record<BenchConsumerName, number>>
  /** How many records wait for the worker whose rate and memory are watched; a million take 6 GB of disk. */
  backlog: number
}

export const workersPlans: Readonly<Record<'full' | 'quick', WorkersPlan>> = {
  full: { rounds: 3, compared: { noop: 200_000, 'audit-log': 40_000 }, backlog: 1_000_000 },
  /** Shows that the benchmark works; its figures say nothing. */
  quick: { rounds: 1, compared: { noop: 2000, 'audit-log': 1000 }, backlog: 5000 },
}

type Say = (line: string) => void

/** What the workers' runtime costs, as ratios within one run, and its rate and memory over a backlog. @returns the report, as Markdown */
export const benchWorkers = async (
  plan: WorkersPlan,
  target: 'print' | 'write',
  say: Say,
): Promise<string> => {
  const startedAt = new Date()
  const compileCache = await mkdtemp(join(tmpdir(), 'bridge-bench-cache-'))
  say('starting Kafka, the registry and PostgreSQL …')
  const servers = await startServers()
  const play = createPlay(servers, compileCache)
  try {
    const rounds: Compared[] = []
    for (const name of ['noop', 'audit-log'] as const) {
      for (let round = 1; round <= plan.rounds; round++) {
        const count = plan.compared[name]
        const [bare, worker] = [await play('bare', name, count), await play('worker', name, count)]
        rounds.push({
          name,
          bare: rateOf(bare),
          worker: rateOf(worker),
          workerPeakMiB: worker.at(-1)?.peakRssMiB ?? Number.NaN,
        })
        say(
          `${name}, round ${round} of ${plan.rounds}: ${(rateOf(worker) / rateOf(bare)).toFixed(2)} of bare`,
        )
      }
    }
    say(`a backlog of ${plan.backlog.toLocaleString('en')} records …`)
    const report = renderWorkersReport({
      rounds,
      backlog: await play('worker', 'noop', plan.backlog),
      startedAt,
    })
    if (target === 'write') await writeReport(report, 'bench:consumers')
    return report
  } finally {
    await servers.remove()
    await rm(compileCache, { recursive: true, force: true })
  }
}

/** Lets one subject handle so many records of its own: rows that are there already would cost a database less. */
const createPlay = (servers: Servers, compileCache: string) => {
  let played = 0
  return async (kind: SubjectKind, name: BenchConsumerName, count: number): Promise<Standing[]> => {
    const { env, remove } = await openRecords(servers, `bench-${++played}`, count)
    const standings = await measureSubject(kind, name, count, { ...env, NODE_COMPILE_CACHE: compileCache }) // as the container has it
    await remove()
    return standings
  }
}
