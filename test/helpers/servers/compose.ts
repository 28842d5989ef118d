import { execFile } from 'node:child_process'
import { chmod, cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { freePorts } from '../process/free-ports.ts'

/**
 * A project of the repository's docker-compose.yml. It shares nothing with other projects: name, ports,
 * volumes, image and the folder of configuration files are its own.
 */
export interface Compose {
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
  /** Sets variables as .env would. */
  set(variables: Readonly<Record<string, string>>): void
  /** `docker <args>` on the same engine. */
  docker(...args: string[]): Promise<string>
  /** Removes containers, volumes and the image. */
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

const root = fileURLToPath(new URL('../../..', import.meta.url))
const debianAlertmanager = 'gitlab-kafka-bridge-alertmanager:local'

/**
 * Creates the project and builds its image; starts nothing yet.
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
  const configFolder = await mkdtemp(join(tmpdir(), 'bridge-compose-'))
  await chmod(configFolder, 0o755)
  await cp(join(root, 'deploy/images/ldap/mapping.yml'), join(configFolder, 'ldap-mapping.yml'))
  const image = `${project}:test`
  const env: NodeJS.ProcessEnv = {
    ...withoutOurs(process.env),
    ...Object.fromEntries(Object.entries(ports).map(([name, port]) => [name, String(port)])),
    BRIDGE_CONFIG_DIR: configFolder,
    BRIDGE_IMAGE: image,
    BRIDGE_PULL_POLICY: 'never',
  }
  const docker = (...args: string[]) => callDocker(env, ...args)
  // The .env file of a developer must not change the test.
  const own = ['--progress', 'quiet', '--project-name', project, '--env-file', '/dev/null']
  const run = (...args: string[]) => docker('compose', ...own, ...args)
  await docker('version').catch((error: Error) => {
    throw new Error(
      'No Docker engine answers. This test needs one and does not skip itself: ' +
        `start it, or set DOCKER_HOST. (${error.message})`,
    )
  })
  // All our services have the same image.
  await run('--profile', 'ldap-demo', 'build', '--quiet', 'secrets', 'ldap-demo')
  env.ALERTMANAGER_IMAGE = await alertmanagerImage(docker)
  if (env.ALERTMANAGER_IMAGE === debianAlertmanager) {
    await writeFile(join(configFolder, 'alertmanager.yml'), await configurationForDebian())
    env.ALERTMANAGER_CONFIG_FILE = '/config/alertmanager.yml'
  }
  return {
    ports,
    configFolder,
    run,
    docker,
    exec: (service, ...command) => run('exec', '--no-TTY', service, ...command),
    set: (variables) => Object.assign(env, variables),
    up: async (...profiles) => {
      env.COMPOSE_PROFILES = profiles.join(',')
      await run('up', '--detach', '--wait', '--wait-timeout', '560').catch(async (error: Error) => {
        const [state, logs] = [await run('ps', '--all'), await run('logs', '--tail', '20')]
        throw new Error(`${error.message}\n${state}\n${logs}`)
      })
    },
    remove: async () => {
      await run('--profile', '*', 'down', '--volumes', '--remove-orphans')
      await docker('image', 'rm', '--force', image)
      await rm(configFolder, { recursive: true, force: true })
    },
  }
}

/** The image of docker-compose.yml, or Debian's Alertmanager where that image cannot be pulled. */
const alertmanagerImage = async (docker: (...args: string[]) => Promise<string>): Promise<string> => {
  const official = 'prom/alertmanager:v0.28.1'
  const isPresent = await docker('image', 'inspect', official).then(Boolean, () => false)
  if (isPresent || (await docker('pull', '--quiet', official).then(Boolean, () => false))) return official
  await docker('build', '--quiet', '--tag', debianAlertmanager, 'deploy/images/alertmanager')
  return debianAlertmanager
}

/** Debian's version 0.25 does not know `url_file`. */
const configurationForDebian = async (): Promise<string> => {
  const text = await readFile(join(root, 'monitoring/alertmanager/alertmanager.yml'), 'utf8')
  return text.replace(/url_file: .*/, 'url: http://127.0.0.1:9/')
}

const callDocker = async (env: NodeJS.ProcessEnv, ...args: string[]): Promise<string> => {
  try {
    return (await promisify(execFile)('docker', args, { cwd: root, env, maxBuffer: 64 * 1024 * 1024 })).stdout
  } catch (error) {
    const { stderr } = error as { stderr?: string }
    throw new Error(`docker ${args.join(' ')}: ${stderr?.trim() || String(error)}`, { cause: error })
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
