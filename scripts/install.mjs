// npm runs this file before start, test and check, possibly
// with a Node that is too old for the rest of the project.
// So it is plain JavaScript and uses no packages.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const neededNode = 24

/**
 * What the lockfiles say of one package.
 *
 * @typedef {{
 *   version?: string, integrity?: string, optional?: boolean, os?: Names, cpu?: Names, libc?: Names
 * }} Package
 * @typedef {string | string[] | undefined} Names
 * @typedef {{ packages: Record<string, Package> }} Lockfile
 * @typedef {{ os: string, cpu: string }} Platform
 */

/**
 * Whether every package of the lockfile that this platform needs is installed in the locked version.
 *
 * @param {Lockfile} wanted package-lock.json
 * @param {Lockfile | undefined} installed
 *   node_modules/.package-lock.json, which npm writes last; undefined where it does not exist
 * @param {Platform} platform
 */
export const isSatisfied = (wanted, installed, platform) =>
  installed !== undefined &&
  Object.entries(wanted.packages).every(([path, locked]) => {
    if (path === '') return true
    const found = installed.packages[path]
    if (found === undefined) return locked.optional === true && !isForPlatform(locked, platform)
    return found.version === locked.version && found.integrity === locked.integrity
  })

/** @type {(locked: Package, platform: Platform) => boolean} */
const isForPlatform = ({ os, cpu, libc }, platform) =>
  isNamed(os, platform.os) && isNamed(cpu, platform.cpu) && libc === undefined

/**
 * `os` and `cpu` of a package are a name or a list of names. A `!` before a name excludes it.
 *
 * @type {(names: Names, name: string) => boolean}
 */
const isNamed = (names, name) => {
  if (names === undefined) return true
  const list = [names].flat()
  if (list.includes(`!${name}`)) return false
  return list.every((item) => item.startsWith('!')) || list.includes(name)
}

/** @param {string} version such as `v24.1.0` */
export const isNewEnough = (version) => Number(/^v?(\d+)/.exec(version)?.[1]) >= neededNode

const root = fileURLToPath(new URL('..', import.meta.url))

/** @param {string[]} args */
const install = (args) => {
  installPackages()
  const node = projectNode()
  if (args.includes('--packages-only')) return
  // `npm start` needs only the servers that the user does not provide. The tests need all of them.
  const scope = process.env.npm_lifecycle_event === 'prestart' ? 'missing' : 'all'
  const fetched = spawnSync(node, [fileURLToPath(import.meta.url), '--fetch', scope], { stdio: 'inherit' })
  if (fetched.status !== 0) process.exit(fetched.status ?? 1)
}

const installPackages = () => {
  const platform = { os: process.platform, cpu: process.arch }
  if (isSatisfied(readJson('package-lock.json'), readJson('node_modules/.package-lock.json'), platform))
    return
  say('Installing the packages with npm ci.')
  const startedAt = Date.now()
  const flags = ['ci', '--include=dev', '--include=optional', '--no-audit', '--no-fund', '--loglevel=error']
  const npm = process.env.npm_execpath
  const [command, leading] = npm?.endsWith('.js') ? [process.execPath, [npm]] : ['npm', []]
  const { status, error } = spawnSync(command, [...leading, ...flags], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  if (status !== 0)
    fail(
      error
        ? `The packages could not be installed: npm ci could not be started (${error.message}).`
        : 'The packages could not be installed: npm ci failed. Its error stands above.',
    )
  say(`The packages were installed in ${Math.round((Date.now() - startedAt) / 1000)} s.`)
}

/**
 * The Node that is installed as a package, or the Node of
 * this machine where the package has none for this platform.
 */
const projectNode = () => {
  const packaged = join(root, 'node_modules', '.bin', 'node')
  const node = existsSync(packaged) ? packaged : process.execPath
  const { stdout } = spawnSync(node, ['--version'], { encoding: 'utf8' })
  if (isNewEnough(stdout ?? '')) return node
  return fail(
    `Node ${neededNode} or later is needed, but this machine has ${process.version}, ` +
      `and npm has no Node for ${process.platform}-${process.arch}. Install it from https://nodejs.org.`,
  )
}

/** @param {string | undefined} scope `all`, or else only the servers that the user does not provide */
const fetchServers = async (scope) => {
  const { cacheFolder, neededArtifacts } = await import('../local/artifacts.ts')
  const { fetchArtifacts } = await import('../local/fetch-artifacts.ts')
  const { findJava } = await import('../local/java.ts')
  const { env } = process
  const needed = neededArtifacts(scope === 'all' ? {} : env)
  if (needed.length === 0) return
  try {
    await findJava(env)
    await fetchArtifacts(needed, { cacheDir: cacheFolder(env), env, print: say })
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'UsageError') throw error
    fail(error.message)
  }
}

/** @param {string} path */
const readJson = (path) => {
  try {
    return JSON.parse(readFileSync(join(root, path), 'utf8'))
  } catch {
    return undefined
  }
}

/** @param {string} line */
const say = (line) => console.log(line)

/** @type {(message: string) => never} */
const fail = (message) => {
  console.error(message)
  process.exit(1)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [, , first, scope] = process.argv
  if (first === '--fetch') await fetchServers(scope)
  else install(process.argv.slice(2))
}
