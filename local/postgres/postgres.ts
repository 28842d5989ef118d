import { chown, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { prepareOnce } from '../../lib/disk/prepare-once.ts'
import { runStep } from '../process/run-step.ts'
import type { Server, ServerOptions } from '../server.ts'
import { type PostgresHome, preparePostgresHome } from './postgres-home.ts'
import { endOrphan } from './postgres-orphan.ts'
import { databaseName, ensureOwner } from './postgres-owner.ts'
import { startAfterOrphans } from './start-after-orphans.ts'

/** With the passwords of the two roles, which are generated once for each data folder. */
interface PostgresOptions extends ServerOptions {
  superuserPassword: string
  ownerPassword: string
}

/**
 * Starts PostgreSQL, which listens on TCP only and writes to disk with fsync. Before the first start, the
 * data folder, the owner role and the database are created.
 *
 * @returns `url` is a value for DATABASE_URL with the owner role
 * @throws UsageError if there are no binaries for this machine; Error naming the log if PostgreSQL does not
 *   start
 */
export const startPostgres = async (options: PostgresOptions): Promise<Server> => {
  const { childProcesses, folder, logFile, port, superuserPassword, ownerPassword } = options
  const home = await preparePostgresHome(folder)
  await prepareOnce(home.data, (draft) => initialise(home, draft, options))
  await endOrphan(home.data)
  const start = () =>
    childProcesses.start({
      name: 'postgres',
      command: join(home.bin, 'postgres'),
      args: ['-D', home.data, ...settings(port)],
      env: environment,
      cwd: '/',
      output: logFile,
      stopSignal: 'SIGINT', // A fast shutdown. With SIGTERM, PostgreSQL waits until every client disconnects.
      uid: home.uid,
    })
  const url = (user: string, password: string, database: string) =>
    `postgres://${user}:${password}@127.0.0.1:${port}/${database}`
  const superuserUrl = url('postgres', superuserPassword, 'postgres')
  const probe = () => ensureOwner(superuserUrl, ownerPassword)
  const child = await startAfterOrphans(start, probe, { logFile })
  return { ...child, url: url(databaseName, ownerPassword, databaseName), port }
}

const environment = { PATH: '/usr/local/bin:/usr/bin:/bin', LANG: 'C', TZ: 'UTC' }

const settings = (port: number): string[] =>
  Object.entries({
    listen_addresses: '127.0.0.1',
    port,
    unix_socket_directories: '',
    max_connections: 60,
    shared_buffers: '48MB',
    max_wal_size: '256MB',
    huge_pages: 'off',
    io_method: 'sync',
    log_min_messages: 'warning',
    log_line_prefix: '%m [%p] ',
  }).flatMap(([name, value]) => ['-c', `${name}=${value}`])

const initialise = async (
  { bin, uid }: PostgresHome,
  draft: string,
  options: PostgresOptions,
): Promise<void> => {
  const passwordFile = `${draft}.password`
  await writeFile(passwordFile, options.superuserPassword, { mode: 0o600 })
  if (uid !== undefined) for (const path of [draft, passwordFile]) await chown(path, uid, uid)
  const locale = ['--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8']
  const access = ['--username=postgres', '--auth=scram-sha-256', `--pwfile=${passwordFile}`]
  await runStep(options.childProcesses, {
    name: 'postgres-initdb',
    command: join(bin, 'initdb'),
    args: ['-D', draft, ...access, ...locale],
    env: environment,
    cwd: '/',
    output: options.logFile,
    stopSignal: 'SIGKILL',
    uid,
  })
  await rm(passwordFile)
}
