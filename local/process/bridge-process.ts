import { setTimeout as sleep } from 'node:timers/promises'
import type { Environment } from '../../lib/config.ts'
import { UsageError } from '../../lib/errors.ts'
import { type Child, exitReason } from './child.ts'
import type { ChildProcesses } from './child-processes.ts'
import { keepRunning } from './keep-running.ts'
import { allocatorEnvironment, nodeFlags } from './node-options.ts'
import { type Output, ownName } from './output.ts'

/** How `bridge` commands are run as processes. */
export interface BridgeProgram {
  childProcesses: ChildProcesses
  output: Output
  /** Path of the Node executable that runs the commands. */
  node: string
  /** Path of cli/bridge.ts. */
  entry: string
  cwd: string
  /** Aborted when the stack stops. */
  signal: AbortSignal
}

/** One `bridge` command that runs until the stack stops. */
export interface BridgeProcess {
  name: string
  args: readonly string[]
  env: Environment
  /** Answers 200 once the process is ready. */
  readyUrl: string
}

/** Runs a `bridge` command and waits for its end. @throws UsageError if it fails */
export const runToCompletion = async (
  program: BridgeProgram,
  name: string,
  env: Environment,
): Promise<void> => {
  const { exited } = await start(program, { name, args: [name], env })
  const exit = await exited
  if (exit.code === 0) return
  throw new UsageError(`bridge ${name} failed (${exitReason(exit)}). Its lines above say why.`)
}

const maxFailures = 3

/**
 * Runs a `bridge` command and starts it again whenever it ends. Resolves when it is ready.
 *
 * @throws UsageError if it ends three times before it is ready
 */
export const runAndKeep = async (program: BridgeProgram, process: BridgeProcess): Promise<void> => {
  const { name, args, readyUrl } = process
  const { output, signal } = program
  let running = 0
  let ended = 0
  const restart = async () => {
    const child = await start(program, process)
    running++
    void child.exited.then(() => {
      running--
      ended++
    })
    return child
  }
  void keepRunning(await restart(), { name, restart, print: output.linesOf(ownName), signal })
  // A foreign process may answer on the same port, so ours must run before the answer and after it.
  while (running === 0 || !(await isReady(readyUrl)) || running === 0) {
    signal.throwIfAborted()
    if (ended === maxFailures) {
      const command = `bridge ${args.join(' ')}`
      throw new UsageError(`${command} ended three times before it was ready. Its lines above say why.`)
    }
    await sleep(100)
  }
}

const start = (
  { childProcesses, output, node, entry, cwd }: BridgeProgram,
  { name, args, env }: Pick<BridgeProcess, 'name' | 'args' | 'env'>,
): Promise<Child> =>
  childProcesses.start({
    name,
    command: node,
    args: [...nodeFlags, entry, ...args],
    env: { ...allocatorEnvironment, ...env },
    cwd,
    output: output.linesOf(name),
    stopSignal: 'SIGTERM',
  })

const isReady = (url: string): Promise<boolean> =>
  fetch(url, { signal: AbortSignal.timeout(1000) }).then(
    async (response) => {
      await response.arrayBuffer()
      return response.ok
    },
    () => false,
  )
