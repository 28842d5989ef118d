import { setTimeout as sleep } from 'node:timers/promises'
import type { Environment } from '../../lib/config.ts'
import { UsageError } from '../../lib/errors.ts'
import type { Child } from './child.ts'
import type { ChildProcesses } from './child-processes.ts'
import { keepRunning } from './keep-running.ts'
import { allocatorEnvironment, nodeFlags } from './node-options.ts'
import { type Output, ownName } from './output.ts'

/** How `bridge` commands are run as processes of their own. */
export interface BridgeProgram {
  childProcesses: ChildProcesses
  output: Output
  /** The Node that runs them. */
  node: string
  /** Path of cli/bridge.ts. */
  entry: string
  cwd: string
  /** Aborted when everything is to stop. */
  signal: AbortSignal
}

/** Runs a `bridge` command to its end. @throws UsageError when it fails */
export const runToCompletion = async (
  program: BridgeProgram,
  name: string,
  env: Environment,
): Promise<void> => {
  const { exited } = await start(program, name, [name], env)
  const { code, signal } = await exited
  if (code !== 0)
    throw new UsageError(`bridge ${name} failed (${signal ?? `code ${code}`}); its lines above say why`)
}

/** Runs a `bridge` command and keeps it running; resolves when it says on its operations port that it is ready. */
export const runAndKeep = async (
  program: BridgeProgram,
  {
    name,
    args,
    env,
    readyUrl,
  }: { name: string; args: readonly string[]; env: Environment; readyUrl: string },
): Promise<void> => {
  const { output, signal } = program
  let alive = 0
  let ended = 0
  const startAgain = async () => {
    const child = await start(program, name, args, env)
    alive++
    void child.exited.then(() => {
      alive--
      ended++
    })
    return child
  }
  void keepRunning(await startAgain(), { name, startAgain, say: output.linesOf(ownName), signal })
  // Somebody else's process on the same port could be ready while ours is not even alive.
  while (alive === 0 || !(await isReady(readyUrl)) || alive === 0) {
    signal.throwIfAborted()
    if (ended === 3)
      throw new UsageError(
        `bridge ${args.join(' ')} ended three times before it was ready; its lines above say why`,
      )
    await sleep(100)
  }
}

const start = (
  { childProcesses, output, node, entry, cwd }: BridgeProgram,
  name: string,
  args: readonly string[],
  env: Environment,
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
