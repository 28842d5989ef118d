import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { platform } from 'node:process'

/** A command whose process is stopped when this process ends in any way, even by SIGKILL. */
interface CommandToSpawn {
  command: string
  args: readonly string[]
  /** Must be called with the pid of the spawned process where the command alone is not sufficient. */
  startWatcher?: (pid: number) => ChildProcess
}

/**
 * Changes a command so that its process gets the signal when this process ends. On Linux the kernel sends the
 * signal (`setpriv --pdeathsig`); on other systems a shell waits until our end of a pipe closes.
 */
export const killWithParent = async (
  command: string,
  args: readonly string[],
  signal: NodeJS.Signals,
): Promise<CommandToSpawn> => {
  const name = signal.replace('SIG', '')
  if (!(await hasParentDeathSignal())) {
    return { command, args, startWatcher: (pid) => startWatcher(pid, name) }
  }
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

// Arguments: the pid, and the signal without SIG. `read` returns when this process ends and the pipe closes.
const watcherScript = `
read -r line
kill -s "$2" "$1"
for second in 1 2 3 4 5 6 7 8 9 10; do
  sleep 1
  kill -0 "$1" 2>/dev/null || exit 0
done
kill -s KILL "$1"
`

/**
 * Starts a shell that sends the signal to `pid` once this process has ended, and KILL ten seconds later. Kill
 * the shell when the process with the pid has ended.
 *
 * @param signal without SIG
 */
export const startWatcher = (pid: number, signal: string): ChildProcess => {
  const watcher = spawn('sh', ['-c', watcherScript, 'watcher', String(pid), signal], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  })
  watcher.unref()
  return watcher
}
