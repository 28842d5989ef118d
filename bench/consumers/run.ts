import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Servers, startServers } from '../../test/helpers/servers/servers.ts'
import { formatCount } from '../report/format.ts'
import { writeReport } from '../report/write-report.ts'
import { measureSubject, rateOf, type SubjectKind } from './measure-subject.ts'
import { openRecords } from './open-records.ts'
import type { Compared } from './promises.ts'
import { renderWorkersReport } from './render-report.ts'
import type { BenchConsumerName, Progress } from './subject.ts'

export interface WorkersPlan {
  rounds: number
  /** How many records each subject handles in a round. */
  compared: Readonly<Record<BenchConsumerName, number>>
  /**
   * How many records wait for the worker whose rate and memory are watched.
   * A million records need 6 GB of disk.
   */
  backlog: number
}

export const workersPlans: Readonly<Record<'full' | 'quick', WorkersPlan>> = {
  full: { rounds: 3, compared: { noop: 200_000, 'audit-log': 40_000 }, backlog: 1_000_000 },
  /** Shows that the benchmark works. Its figures mean nothing. */
  quick: { rounds: 1, compared: { noop: 2000, 'audit-log': 1000 }, backlog: 5000 },
}

/**
 * Measures what the workers' runtime costs, as ratios within one run, and its rate and memory over a backlog.
 * Returns the report as Markdown.
 */
export const benchWorkers = async (
  plan: WorkersPlan,
  target: 'print' | 'write',
  printProgress: (line: string) => void,
): Promise<string> => {
  const startedAt = new Date()
  const compileCache = await mkdtemp(join(tmpdir(), 'bridge-bench-cache-'))
  printProgress('Starting Kafka, the schema registry and PostgreSQL.')
  const servers = await startServers()
  const runSubject = createSubjectRunner(servers, compileCache)
  try {
    const rounds: Compared[] = []
    for (const name of ['noop', 'audit-log'] as const) {
      for (let round = 1; round <= plan.rounds; round++) {
        const count = plan.compared[name]
        const bare = await runSubject('bare', name, count)
        const worker = await runSubject('worker', name, count)
        rounds.push({
          name,
          bare: rateOf(bare),
          worker: rateOf(worker),
          workerPeakMiB: worker.at(-1)?.peakRssMiB ?? Number.NaN,
        })
        const ratio = (rateOf(worker) / rateOf(bare)).toFixed(2)
        printProgress(`Round ${round} of ${plan.rounds}: ${name} is ${ratio} times as fast as the bare loop.`)
      }
    }
    printProgress(`Handling a backlog of ${formatCount(plan.backlog)} records.`)
    const report = renderWorkersReport({
      rounds,
      backlog: await runSubject('worker', 'noop', plan.backlog),
      startedAt,
    })
    if (target === 'write') await writeReport(report, 'bench:consumers')
    return report
  } finally {
    await servers.remove()
    await rm(compileCache, { recursive: true, force: true })
  }
}

/** Every subject gets records of its own, because writing a row again would cost the database less. */
const createSubjectRunner = (servers: Servers, compileCache: string) => {
  let runs = 0
  return async (kind: SubjectKind, name: BenchConsumerName, count: number): Promise<Progress[]> => {
    const { env, remove } = await openRecords(servers, `bench-${++runs}`, count)
    // The container has a compile cache too.
    const cached = { ...env, NODE_COMPILE_CACHE: compileCache }
    const progress = await measureSubject(kind, name, count, cached)
    await remove()
    return progress
  }
}
