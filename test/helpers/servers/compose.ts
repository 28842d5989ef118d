import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { freePorts } from '../process/free-ports.ts'

/**
 * A project of the repository's docker-compose.yml. It shares nothing with other projects: name, ports,
 * volumes and image are its own.
 */
export interface Compose {
  /** The ports on 127.0.0.1, by the variable that sets them. */
  readonly ports: Readonly<Record<PortVariable, number>>
  /** `docker compose <args>`; resolves to its standard output, rejects with its standard error. */
  run(...args: string[]): Promise<string>
  /** Runs a command in the container of a service. */
  exec(service: string, ...command: string[]): Promise<string>
  /** `up -d --wait`; rejects with the state and the last lines of every service. */
  up(): Promise<void>
  /** Removes containers, volumes and the image. */
  remove(): Promise<void>
}

const portVariables = [
  'INGRESS_PORT',
  'LOCAL_KAFKA_PORT',
  'LOCAL_REGISTRY_PORT',
  'LOCAL_DATABASE_PORT',
  'PROMETHEUS_PORT',
  'GRAFANA_PORT',
] as const
type PortVariable = (typeof portVariables)[number]

const root = fileURLToPath(new URL('../../..', import.meta.url))

/**
 * Creates the project; starts nothing yet.
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
  const image = `${project}:test`
  const env = { ...withoutOurs(process.env), ...mapValues(ports, String), BRIDGE_IMAGE: image }
  // The .env file of a developer must not change the test.
  const run = (...args: string[]) =>
    docker(
      env,
      'compose',
      '--progress',
      'quiet',
      '--project-name',
      project,
      '--env-file',
      '/dev/null',
      ...args,
    )
  await docker(env, 'version').catch((error: Error) => {
    throw new Error(
      'No Docker engine answers. This test needs one and does not skip itself: ' +
        `start it, or set DOCKER_HOST. (${error.message})`,
    )
  })
  return {
    ports,
    run,
    exec: (service, ...command) => run('exec', '--no-TTY', service, ...command),
    up: async () => {
      await run('up', '--detach', '--wait', '--wait-timeout', '240').catch(async (error: Error) => {
        const [state, logs] = [await run('ps', '--all'), await run('logs', '--tail', '20')]
        throw new Error(`${error.message}\n${state}\n${logs}`)
      })
    },
    remove: async () => {
      await run('down', '--volumes', '--remove-orphans')
      await docker(env, 'image', 'rm', '--force', image)
    },
  }
}

const docker = async (env: NodeJS.ProcessEnv, ...args: string[]): Promise<string> => {
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
    Object.entries(env).filter(([name]) => !/^(INGRESS|KAFKA|LOCAL|LOG|COMPOSE)_/.test(name)),
  )

const mapValues = <Key extends string, From, To>(
  from: Record<Key, From>,
  to: (value: From) => To,
): Record<Key, To> =>
  Object.fromEntries(Object.entries<From>(from).map(([key, value]) => [key, to(value)])) as Record<Key, To>
