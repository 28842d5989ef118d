import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, statSync } from 'node:fs'
import { createInterface } from 'node:readline'
import type { Environment } from '../../lib/config.ts'
import { UsageError } from '../../lib/errors.ts'
import { tie } from './kill-with-parent.ts'

/** How a process ended. */
export interface Exit {
  code: number | null
  signal: NodeJS.Signals | null
}

/** A process of ours. */
export interface Child {
  readonly name: string
  readonly pid: number
  readonly exited: Promise<Exit>
  kill(signal: NodeJS.Signals): void
  /** Asks it to stop, and after `graceMs` milliseconds no longer asks. Resolves when it is gone. */
  stop(graceMs: number): Promise<void>
}

/** What to run and how. */
export interface ChildOptions {
  name: string
  command: string
  args: readonly string[]
  env: Environment
  cwd: string
  /** A file to append to, or who is given each line. */
  output: string | ((line: string) => void)
  /** Makes it stop cleanly; also sent when this process dies. */
  stopSignal: NodeJS.Signals
  /** Whom to run as; only root may choose. */
  uid?: number | undefined
}

/** Starts a process in a session of its own, so that Ctrl-C on the terminal reaches only us, tied to our life. */
export const startChild = async ({
  name,
  command,
  args,
  env,
  cwd,
  output,
  stopSignal,
  uid,
}: ChildOptions): Promise<Child> => {
  const tied = await tie(command, args, stopSignal)
  const log = typeof output === 'string' ? openLog(output) : undefined
  const spawned = spawn(tied.command, tied.args, {
    cwd,
    env: env as NodeJS.ProcessEnv,
    detached: true,
    stdio: ['ignore', log ?? 'pipe', log ?? 'pipe'],
    ...(uid === undefined ? {} : { uid, gid: uid }),
  })
  const exited = new Promise<Exit>((resolve) =>
    spawned.once('exit', (code, signal) => resolve({ code, signal })),
  )
  await once(spawned, 'spawn').catch((error: Error) => {
    throw new UsageError(`${name}: cannot run ${command}: ${error.message}`)
  })
  if (log !== undefined) closeSync(log)
  if (typeof output === 'function') {
    for (const stream of [spawned.stdout, spawned.stderr])
      if (stream !== null) createInterface(stream).on('line', output)
  }
  const pid = spawned.pid as number
  const watcher = tied.watch?.(pid)
  void exited.then(() => watcher?.kill('SIGKILL'))
  const send = (signal: NodeJS.Signals) =>
    void (spawned.exitCode === null && spawned.signalCode === null && spawned.kill(signal))
  return {
    name,
    pid,
    exited,
    kill: send,
    async stop(graceMs) {
      send(stopSignal)
      send('SIGCONT') // a frozen process would never see the signal
      const timer = setTimeout(() => send('SIGKILL'), graceMs)
      await exited
      clearTimeout(timer)
    },
  }
}

const maximumLogBytes = 16 * 1024 * 1024

/** Appends, but starts the file over when it has grown large. */
const openLog = (path: string): number => {
  const bytes = statSync(path, { throwIfNoEntry: false })?.size ?? 0
  return openSync(path, bytes > maximumLogBytes ? 'w' : 'a', 0o600)
}
