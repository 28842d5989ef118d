import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { platform } from 'node:process'

/** A command, made so that the program it starts is told to stop when this process dies in any way. */
interface TiedCommand {
  command: string
  args: readonly string[]
  /** To be called with the pid once it runs, where the command alone cannot do it. */
  watch?: (pid: number) => ChildProcess
}

/** On Linux the kernel sends the signal (`setpriv --pdeathsig`); elsewhere a small shell waits for our end of a pipe to close. */
export const tie = async (
  command: string,
  args: readonly string[],
  signal: NodeJS.Signals,
): Promise<TiedCommand> => {
  const name = signal.replace('SIG', '')
  if (!(await hasParentDeathSignal())) return { command, args, watch: (pid) => watchFor(pid, name) }
  return { command: 'setpriv', args: ['--pdeathsig', name, '--', command, ...args] }
}

let parentDeathSignal: Promise<boolean> | undefined
const hasParentDeathSignal = (): Promise<boolean> => {
  parentDeathSignal ??= new Promise((resolve) => {
    if (platform !== 'linux') return resolve(false)
    execFile('setpriv', ['--pdeathsig', 'TERM', '--', 'true'], (error) => resolve(error === null))
  })
  return parentDeathSignal
}

/** Sends `signal` (without SIG) to `pid` once this process is gone, and KILL ten seconds later. End it when the pid is gone. */
export const watchFor = (pid: number, signal: string): ChildProcess => {
  const script =
    'read -r line; kill -s "$2" "$1"; for i in 1 2 3 4 5 6 7 8 9 10; do sleep 1; kill -0 "$1" 2>/dev/null || exit 0; done; kill -s KILL "$1"'
  const watcher = spawn('sh', ['-c', script, 'watch', String(pid), signal], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  })
  watcher.unref()
  return watcher
}
