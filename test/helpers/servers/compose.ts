import { execFile } from 'node:child_process'
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { readCompose } from '../compose/read-compose.ts'
import { copyWorkingState } from '../process/copy-working-state.ts'
import { freePorts } from '../process/free-ports.ts'

/**
 * A project of the repository's docker-compose.yml, in a clone that was made under umask 077. It shares
 * nothing with other projects: name, ports, volumes, image and the folder of configuration files are its own.
 */
export interface Compose {
  /** The name of the project, with which the names of its volumes begin. */
  readonly project: string
  /** The image of our processes. */
  readonly image: string
  /** The ports on 127.0.0.1, by the variable that sets them. */
  readonly ports: Readonly<Record<PortVariable, number>>
  /** The folder that is `/config` in the containers. */
  readonly configFolder: string
  /** `docker compose <args>`; resolves to its standard output, rejects with its standard error. */
  run(...args: string[]): Promise<string>
  /** Runs a command in the container of a service. */
  exec(service: string, ...command: string[]): Promise<string>
  /** `up -d --wait` with these profiles; rejects with the state and the last lines of every service. */
  up(...profiles: string[]): Promise<void>
  /** Runs a shell command of the documents in the clone; resolves to its standard output. */
  shell(command: string): Promise<string>
  /** Sets variables as .env would, and removes those that are undefined. */
  set(variables: Readonly<Record<string, string | undefined>>): void
  /** `docker <args>` on the same engine. */
  docker(...args: string[]): Promise<string>
  /** Removes containers, volumes, the image and the clone. */
  remove(): Promise<void>
}

const portVariables = [
  'INGRESS_PORT',
  'EVENT_FEED_PORT',
  'PROJECT_DIRECTORY_PORT',
  'LOCAL_KAFKA_PORT',
  'LOCAL_REGISTRY_PORT',
  'PROMETHEUS_PORT',
  'ALERTMANAGER_PORT',
  'GRAFANA_PORT',
] as const
type PortVariable = (typeof portVariables)[number]

const debianAlertmanager = 'gitlab-kafka-bridge-alertmanager:local'

/**
 * Creates the project and builds its images; starts nothing yet.
 *
 * @throws Error if no Docker engine runs. The test is not skipped then, because a skipped test looks like a
 *   passed one.
 */
export const createCompose = async (project: string): Promise<Compose> => {
  const free = await freePorts(portVariables.length)
  const ports = Object.fromEntries(portVariables.map((variable, index) => [variable, free[index]])) as Record<
    PortVariable,
    number
  >
  const folder = await mkdtemp(join(tmpdir(), 'bridge-compose-'))
  const [clone, configFolder] = [join(folder, 'clone'), join(folder, 'config')]
  await copyWorkingState(clone)
  await promisify(execFile)('sh', ['-euc', `chmod -R go= "$0"; mkdir "$1"`, clone, configFolder])
  for (const open of [folder, configFolder]) await chmod(open, 0o755)
  const image = `${project}:test`
  const env: NodeJS.ProcessEnv = {
    ...withoutOurs(process.env),
    ...Object.fromEntries(Object.entries(ports).map(([name, port]) => [name, String(port)])),
    COMPOSE_PROJECT_NAME: project,
    COMPOSE_PROGRESS: 'quiet',
    BRIDGE_CONFIG_DIR: configFolder,
    BRIDGE_IMAGE: image,
    BRIDGE_PULL_POLICY: 'never',
  }
  const call = (command: string, args: readonly string[]) => callIn(clone, env, command, args)
  const docker: Compose['docker'] = (...args) => call('docker', args)
  const run: Compose['run'] = (...args) => docker('compose', ...args)
  await docker('version').catch((error: Error) => {
    throw new Error(
      'No Docker engine answers. This test needs one and does not skip itself: ' +
        `start it, or set DOCKER_HOST. (${error.message})`,
    )
  })
  await buildChatServer(docker)
  // All our services have the same image.
  await run('--profile', '*', 'build', '--quiet', 'secrets', 'ldap-demo', 'chat-demo')
  Object.assign(env, await otherImages(docker))
  if (env.ALERTMANAGER_IMAGE === debianAlertmanager) {
    await writeFile(join(configFolder, 'alertmanager.yml'), await configurationForDebian(clone))
    env.ALERTMANAGER_CONFIG_FILE = '/config/alertmanager.yml'
  }
  return {
    ...{ project, image, ports, configFolder, run, docker },
    exec: (service, ...command) => run('exec', '--no-TTY', service, ...command),
    set: (variables) => Object.assign(env, variables),
    shell: (command) => call('sh', ['-euc', command]),
    up: async (...profiles) => {
      env.COMPOSE_PROFILES = profiles.join(',')
      await run('up', '--detach', '--wait', '--wait-timeout', '800').catch(async (error: Error) => {
        const [state, logs] = [await run('ps', '--all'), await run('logs', '--tail', '20')]
        throw new Error(`${error.message}\n${state}\n${logs}`)
      })
      delete env.COMPOSE_PROFILES
    },
    remove: async () => {
      await run('--profile', '*', 'down', '--volumes', '--remove-orphans')
      await docker('image', 'rm', '--force', image)
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/**
 * The variables for images of docker-compose.yml that this engine neither has nor can pull by their digest:
 * the tag alone, or Debian's Alertmanager.
 */
const otherImages = async (docker: Compose['docker']): Promise<Record<string, string>> => {
  const others: Record<string, string> = {}
  const succeeds = (...args: string[]) => docker(...args).then(Boolean, () => false)
  for (const { image } of Object.values(readCompose().services)) {
    const [, variable = '', tag = '', digest] = /^\$\{(\w+):-([^@}]+)(@[^}]+)?\}$/.exec(image) ?? []
    if (variable === 'BRIDGE_IMAGE' || variable === '') continue
    const pinned = `${tag}${digest ?? ''}`
    if ((await succeeds('image', 'inspect', pinned)) || (await succeeds('pull', '--quiet', pinned))) continue
    const isAlertmanager = variable === 'ALERTMANAGER_IMAGE' && !(await succeeds('image', 'inspect', tag))
    others[variable] = isAlertmanager ? debianAlertmanager : tag
    if (isAlertmanager)
      await docker('build', '--quiet', '--tag', debianAlertmanager, 'deploy/images/alertmanager')
  }
  return others
}

/**
 * Where packages come through a proxy with a certificate authority of its own, Compose cannot build the chat
 * server. It finds the layers that are built here.
 */
const buildChatServer = async (docker: Compose['docker']): Promise<void> => {
  const authority = process.env.NODE_EXTRA_CA_CERTS
  if (authority === undefined) return
  await docker('build', '--quiet', '--secret', `id=ca,src=${authority}`, 'deploy/images/chat')
}

/** Debian's version 0.25 does not know `url_file`. */
const configurationForDebian = async (clone: string): Promise<string> => {
  const text = await readFile(join(clone, 'monitoring/alertmanager/alertmanager.yml'), 'utf8')
  return text.replace(/url_file: .*/, 'url: http://127.0.0.1:9/')
}

const callIn = async (
  cwd: string,
  env: NodeJS.ProcessEnv,
  command: string,
  args: readonly string[],
): Promise<string> => {
  try {
    return (await promisify(execFile)(command, args, { cwd, env, maxBuffer: 64 * 1024 * 1024 })).stdout
  } catch (error) {
    const { stderr } = error as { stderr?: string }
    throw new Error(`${command} ${args.join(' ')}: ${stderr?.trim() || String(error)}`, { cause: error })
  }
}

/** Removes the variables that the compose file reads: they must not come from the shell of the developer. */
const withoutOurs = (env: NodeJS.ProcessEnv): NodeJS.ProcessEnv =>
  Object.fromEntries(
    Object.entries(env).filter(
      ([name]) =>
        !/^(INGRESS|KAFKA|LOCAL|LOG|COMPOSE|BRIDGE|LDAP_SYNC|CONSUMER|ROUTES|EVENT_FEED)_/.test(name),
    ),
  )
