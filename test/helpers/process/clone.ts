import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { after } from 'node:test'
import { resetDataFolder } from '../../../local/reset.ts'
import { copyWorkingState } from './copy-working-state.ts'
import { eventually } from './eventually.ts'
import { processesNaming, processesOf, type RunningProcess, stillRunning } from './running-processes.ts'

/** A copy of the repository in its present state, in a folder with spaces in its path. */
export interface Clone {
  readonly path: string
  /** Runs a shell command in the clone, as a user would. Resolves when it has ended, with any exit code. */
  run(command: string): Promise<{ code: number | null; stdout: string; stderr: string }>
  /** Runs `npm start` in a process group of its own, as a shell would, with free ports. */
  start(settings?: Record<string, string>): Promise<Started>
}

/** A running `npm start`. */
export interface Started {
  readonly npmPid: number
  /** Resolves with the exit code, which is null after a signal. */
  readonly exited: Promise<number | null>
  /** Everything that was printed so far. */
  output(): string
  /** npm and all its descendants. */
  processes(): RunningProcess[]
  /** Signals the whole process group, as a terminal does on Ctrl-C. */
  pressCtrlC(): void
}

/** Creates a clone. After the tests it is removed, and its processes are killed. */
export const createClone = async (): Promise<Clone> => {
  const parent = await mkdtemp(join(tmpdir(), 'bridge e2e '))
  await chmod(parent, 0o755) // If we are root, PostgreSQL runs as another user.
  const path = join(parent, 'fresh clone')
  await copyWorkingState(path)

  // The npm of the user, not the environment that npm has changed for the script that runs this test.
  const own = (process.env.PATH ?? '').split(delimiter).filter((folder) => !folder.includes('node_modules'))
  const kept = Object.entries(process.env).filter(([name]) =>
    /^(HOME|USER|LANG|TMPDIR|JAVA_HOME|XDG_.*|BRIDGE_CACHE_DIR|.*_proxy|.*_PROXY|NODE_EXTRA_CA_CERTS)$/.test(
      name,
    ),
  )
  const ports = [
    'INGRESS_PORT',
    'LOCAL_KAFKA_PORT',
    'LOCAL_REGISTRY_PORT',
    'LOCAL_DATABASE_PORT',
    'METRICS_PORT',
    'EVENT_FEED_PORT',
    'PROJECT_DIRECTORY_PORT',
  ].map((name) => [name, '0'])
  const env = { ...Object.fromEntries([...kept, ...ports]), PATH: own.join(delimiter) }

  const running: Started[] = []
  after(async () => {
    const left = [...running.flatMap(({ npmPid }) => processesOf(npmPid)), ...processesNaming(path)]
    for (const pid of new Set(left.map((each) => each.pid))) process.kill(pid, 'SIGKILL')
    await eventually(() => {
      if (stillRunning(left).length > 0) throw new Error('processes of the clone outlive SIGKILL')
    })
    await Promise.all(running.map(({ exited }) => exited))
    await resetDataFolder(join(path, '.bridge'), async () => true)
    await rm(parent, { recursive: true, force: true })
  })

  return {
    path,
    run: (command) =>
      new Promise((resolve) => {
        execFile(
          'sh',
          ['-euc', command],
          { cwd: path, env, maxBuffer: 64 * 1024 * 1024 },
          (error, stdout, stderr) =>
            resolve({ code: error === null ? 0 : Number(error.code ?? -1), stdout, stderr }),
        )
      }),
    async start(settings = {}) {
      const npm = spawn('npm', ['start'], {
        cwd: path,
        env: { ...env, ...settings },
        detached: true,
        stdio: ['ignore', 'pipe', 'pipe'],
      })
      const chunks: string[] = []
      for (const stream of [npm.stdout, npm.stderr]) stream.on('data', (chunk) => chunks.push(String(chunk)))
      const exited = once(npm, 'exit').then(([code]) => code as number | null)
      await once(npm, 'spawn')
      const npmPid = npm.pid as number
      const started: Started = {
        npmPid,
        exited,
        output: () => chunks.join(''),
        processes: () => processesOf(npmPid),
        pressCtrlC: () => process.kill(-npmPid, 'SIGINT'),
      }
      running.push(started)
      return started
    },
  }
}
