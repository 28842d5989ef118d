import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, statSync } from 'node:fs'
import type { Environment } from '../../lib/config.ts'
import { UsageError } from '../../lib/errors.ts'
import { onLines } from '../../lib/on-lines.ts'
import { killWithParent } from './kill-with-parent.ts'

/** How a process ended. */
export interface Exit {
  code: number | null
  signal: NodeJS.Signals | null
}

/** `code 1` or `SIGKILL`, for messages. */
export const exitReason = ({ code, signal }: Exit): string => signal ?? `code ${code}`

/** A process that this process has started. */
export interface Child {
  readonly name: string
  readonly pid: number
  /** Resolves when the process has ended and everything that it wrote has been read. */
  readonly exited: Promise<Exit>
  kill(signal: NodeJS.Signals): void
  /** Sends the stop signal, and SIGKILL after `graceMs` milliseconds. Resolves when the process has ended. */
  stop(graceMs: number): Promise<void>
}

export interface ChildOptions {
  /** The name in messages. */
  name: string
  command: string
  args: readonly string[]
  env: Environment
  cwd: string
  /** A file to append to, or a function that is called with each line. */
  output: string | ((line: string) => void)
  /** Makes the process stop in order. It is also sent when this process ends. */
  stopSignal: NodeJS.Signals
  /** The user to run as. Only root may choose another user. */
  uid?: number | undefined
}

/**
 * Starts a process in a session of its own, so that Ctrl-C in the terminal reaches only this process. The
 * child ends when this process ends. Resolves when it runs.
 *
 * @throws UsageError if the command cannot be run
 */
export const startChild = async (options: ChildOptions): Promise<Child> => {
  const { name, command, args, env, cwd, output, stopSignal, uid } = options
  const toSpawn = await killWithParent(command, args, stopSignal)
  const log = typeof output === 'string' ? openLog(output) : undefined
  const spawned = spawn(toSpawn.command, toSpawn.args, {
    cwd,
    env: env as NodeJS.ProcessEnv,
    detached: true,
    stdio: ['ignore', log ?? 'pipe', log ?? 'pipe'],
    ...(uid === undefined ? {} : { uid, gid: uid }),
  })
  const exited = new Promise<Exit>((resolve) =>
    spawned.once('close', (code, signal) => resolve({ code, signal })),
  )
  await once(spawned, 'spawn').catch((error: Error) => {
    throw new UsageError(`${name}: cannot run ${command}: ${error.message}`)
  })
  if (log !== undefined) closeSync(log)
  if (typeof output === 'function') readLines(spawned, output)
  const pid = spawned.pid as number
  const watcher = toSpawn.startWatcher?.(pid)
  void exited.then(() => watcher?.kill('SIGKILL'))
  const send = (signal: NodeJS.Signals) => {
    if (spawned.exitCode === null && spawned.signalCode === null) spawned.kill(signal)
  }
  return {
    name,
    pid,
    exited,
    kill: send,
    async stop(graceMs) {
      send(stopSignal)
      send('SIGCONT') // A frozen process handles the stop signal only after it continues.
      const timer = setTimeout(() => send('SIGKILL'), graceMs)
      await exited
      clearTimeout(timer)
    },
  }
}

const readLines = ({ stdout, stderr }: ChildProcess, onLine: (line: string) => void) => {
  for (const stream of [stdout, stderr]) {
    if (stream !== null) onLines(stream, onLine)
  }
}

const maxLogBytes = 16 * 1024 * 1024

/** Opens a log file to append to it. A file larger than the limit is emptied first. */
const openLog = (path: string): number => {
  const bytes = statSync(path, { throwIfNoEntry: false })?.size ?? 0
  return openSync(path, bytes > maxLogBytes ? 'w' : 'a', 0o600)
}
