import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Environment } from '../../../lib/config.ts'
import { messageOf, RetriableError } from '../../../lib/errors.ts'
import { processCpuMs } from '../../../lib/process-table.ts'
import type { Job, OnKey, Report, Result } from './job.ts'
import { type JobTime, startJobTimer } from './job-timer.ts'

/** A job ended its process. This process and later jobs are not affected. */
export interface Ended {
  kind: 'ended'
  /** Which limit the job exceeded; `error`: none of them. Values of a metric label. */
  limit: 'time' | 'memory' | 'error'
  problem: string
}

/** A child process with limits. It is started by the first job, and again after it has ended. */
export interface LimitedChild {
  /**
   * Runs one job. There must be no other job at the same time.
   *
   * @param onKey called as soon as the key is known
   * @throws RetriableError if no process can be started, or if it was stopped
   */
  run(job: Job, onKey: OnKey): Promise<Result | Ended>
  /** Whether the process has started, so that a job begins at once. */
  isReady(): boolean
  stop(): void
}

export interface ChildLimits {
  /** For one job. */
  time: JobTime
  /** For the heap of V8, in megabytes. The bytes of bodies and values are not in this heap. */
  heapMegabytes: number
  /** A process without a job ends after this time, in milliseconds, and frees its memory. */
  idleMs: number
}

/** A process that is not ready by then has failed to start. It needs about 300 ms. */
const startTime: JobTime = { cpuMs: 10_000, wallMs: 30_000 }

/**
 * @param prefix the value of `KAFKA_TOPIC_PREFIX`
 * @param env the environment of this process; the child gets none of its secrets
 */
export const createLimitedChild = (prefix: string, env: Environment, limits: ChildLimits): LimitedChild => {
  let current: ChildProcess | undefined
  let idleTimer: NodeJS.Timeout | undefined
  let readyChild: ChildProcess | undefined

  const start = async (): Promise<ChildProcess> => {
    const child = spawnChild(prefix, env, limits.heapMegabytes)
    current = child
    const report = await nextReport(child, startTime)
    if (report.kind === 'ready') {
      readyChild = child
      return child
    }
    current = undefined
    const problem = report.kind === 'ended' ? report.problem : 'it reported a result before it was ready'
    throw new RetriableError(`the process for large bodies cannot be started: ${problem}`)
  }

  const stop = () => {
    clearTimeout(idleTimer)
    const child = current
    current = undefined
    child?.kill('SIGKILL')
  }

  return {
    run: async (job, onKey) => {
      clearTimeout(idleTimer)
      const child = current ?? (await start())
      setKeepsAlive(child, true)
      const reported = nextReport(child, limits.time, onKey)
      child.send(job, () => undefined)
      const report = await reported
      setKeepsAlive(child, false)
      if (current !== child) throw new RetriableError('the ingress is stopping')
      if (report.kind === 'ready') throw new Error('the process for large bodies was ready twice')
      if (report.kind === 'ended') current = undefined
      else idleTimer = setTimeout(stop, limits.idleMs).unref()
      return report
    },
    isReady: () => current !== undefined && current === readyChild,
    stop,
  }
}

const program = fileURLToPath(new URL('./child.ts', import.meta.url))

/** Of its parent, the child needs the settings of its memory and of its compiled code, and no secrets. */
const inheritedNames = /^(NODE_COMPILE_CACHE|MALLOC_.*)$/

const spawnChild = (prefix: string, env: Environment, heapMegabytes: number): ChildProcess => {
  const nodeOptions = [`--max-old-space-size=${heapMegabytes}`, '--max-semi-space-size=8']
  const command = [process.execPath, ...nodeOptions, program, prefix]
  // V8 aborts a process whose heap is full. Without a limit of 0, each abort could write a core file.
  return spawn('/bin/sh', ['-c', 'ulimit -c 0; exec "$0" "$@"', ...command], {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    serialization: 'advanced',
    env: Object.fromEntries(Object.entries(env).filter(([name]) => inheritedNames.test(name))),
  })
}

/** A job keeps this process alive; an idle child does not. */
const setKeepsAlive = (child: ChildProcess, keepsAlive: boolean) => {
  const call = keepsAlive ? 'ref' : 'unref'
  child[call]()
  child.channel?.[call]()
  // The type lacks the methods of the socket that it is.
  ;(child.stderr as unknown as Record<'ref' | 'unref', () => void>)[call]()
}

/** The end of what a process wrote to stderr that names its problem. */
const maxProblemLength = 300

/** Waits for the next report of a child, or for its end. A child that takes too long is killed. */
const nextReport = (
  child: ChildProcess,
  time: JobTime,
  onKey: OnKey = () => undefined,
): Promise<Exclude<Report, { kind: 'key' }> | Ended> =>
  new Promise((resolve) => {
    let written = ''
    let lateness: string | undefined
    const cpuOf = () => (child.pid === undefined ? undefined : processCpuMs(child.pid))
    const stopTimer = startJobTimer(time, cpuOf, (problem) => {
      lateness = problem
      child.kill('SIGKILL')
    })
    const onWritten = (chunk: Buffer) => {
      written = `${written}${chunk}`.slice(-20 * maxProblemLength)
    }
    const onReport = (message: unknown) => {
      const report = message as Report
      if (report.kind === 'key') onKey(report.topic, report.key)
      else finish(report)
    }
    const onError = (error: Error) => finish({ kind: 'ended', limit: 'error', problem: messageOf(error) })
    // The next process starts only after this one has freed its memory, so its end is awaited.
    const onClose = (code: number | null, signal: string | null) =>
      finish({ kind: 'ended', ...causeOf({ lateness, code, signal, written }) })
    const finish = (result: Exclude<Report, { kind: 'key' }> | Ended) => {
      stopTimer()
      child.off('message', onReport).off('error', onError).off('close', onClose)
      child.stderr?.off('data', onWritten)
      resolve(result)
    }
    child.on('message', onReport).on('error', onError).on('close', onClose)
    child.stderr?.on('data', onWritten)
  })

interface End {
  /** Why it was killed, if it took too long. */
  lateness: string | undefined
  code: number | null
  signal: string | null
  written: string
}

const causeOf = ({ lateness, code, signal, written }: End): Pick<Ended, 'limit' | 'problem'> => {
  if (lateness !== undefined) return { limit: 'time', problem: lateness }
  // The kernel kills the largest process of a container that has used up its memory.
  const isOutOfMemory = signal === 'SIGKILL' || /out of memory|Allocation failed/.test(written)
  if (isOutOfMemory) return { limit: 'memory', problem: 'it needed more memory than one body may use' }
  const end = written.trim().slice(-maxProblemLength)
  return { limit: 'error', problem: `the process ended with ${signal ?? `exit code ${code}`}: ${end}` }
}
