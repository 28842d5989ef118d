// TLS of PostgreSQL as libpq documents it, against a real server with a certificate of a private authority.
// https://www.postgresql.org/docs/current/libpq-ssl.html
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import pg from 'pg'
import { migrateDatabase } from '../../cli/setup/database/migrate-database.ts'
import { auditLog } from '../../consumers/audit-log/audit-log.ts'
import { createPool, query } from '../../lib/database.ts'
import { readDatabaseUrl } from '../../lib/database-url.ts'
import { recordingLogger } from '../helpers/process/recording-logger.ts'
import { reportOnFailure } from '../helpers/process/report-on-failure.ts'
import { startTls } from '../helpers/servers/postgres-with-tls.ts'
import { startServers } from '../helpers/servers/servers.ts'
import { createTlsFiles } from '../helpers/servers/tls-files.ts'

reportOnFailure()
const servers = await startServers(['postgres'])
after(() => servers.remove())
const { maker, authority, foreign, server, client: certificate } = await createTlsFiles()
after(() => maker.remove())

const [ours, others] = [authority.certFile, foreign.certFile]
const warnings: Error[] = []
process.on('warning', (warning) => warnings.push(warning))

/** @param host the certificate is for 127.0.0.1, not for `localhost` */
const urlWith = (parameters: string, host = '127.0.0.1', user?: string): string => {
  const url = new URL(servers.databaseUrl)
  url.hostname = host
  url.search = parameters
  if (user !== undefined) url.username = user
  return url.href
}

const migrate = (ownerUrl: string, url: string) => {
  assert.ok(auditLog.database)
  const user = { worker: 'audit-log', database: auditLog.database, variable: 'AUDIT_LOG_DATABASE_URL', url }
  return migrateDatabase(ownerUrl, [user], recordingLogger().logger)
}

/** Whether the connection is encrypted. @throws the error of the client */
const isEncrypted = async (url: string): Promise<boolean> => {
  const client = new pg.Client(readDatabaseUrl(url))
  client.on('error', () => undefined)
  await client.connect()
  const { rows } = await client.query('select ssl from pg_stat_ssl where pid = pg_backend_pid()')
  await client.end()
  return rows[0].ssl
}

before(async () => {
  const client = new pg.Client({ connectionString: servers.databaseUrl })
  await client.connect()
  for (const role of ['only_tls', 'only_certificate'])
    await client.query(`create role ${role} login password 'secret'`)
  await client.end()
})

test('a server without TLS is told at once, with what to do', async () => {
  const url = urlWith('sslmode=require')
  await assert.rejects(migrate(url, url), {
    name: 'UsageError',
    message: /^DATABASE_URL: the database does not offer encrypted connections\. .*sslmode=disable/,
  })
  assert.equal(await isEncrypted(urlWith('sslmode=disable')), false)
})

test('each sslmode verifies as much as libpq documents', async () => {
  const rules = [
    'hostnossl all only_tls all reject',
    'hostssl all only_certificate all scram-sha-256 clientcert=verify-ca',
  ]
  await startTls(servers, server, rules, authority.cert)
  const encrypted = [
    urlWith('sslmode=require'),
    urlWith('sslmode=require', 'localhost'),
    urlWith(`sslmode=require&sslrootcert=${ours}`),
    urlWith(`sslmode=require&sslrootcert=${ours}`, 'localhost'),
    urlWith(`sslmode=verify-ca&sslrootcert=${ours}`, 'localhost'),
    urlWith(`sslmode=verify-full&sslrootcert=${ours}`),
    urlWith(`sslrootcert=${ours}`),
  ]
  for (const url of encrypted) assert.equal(await isEncrypted(url), true, url)
  assert.equal(await isEncrypted(urlWith('sslmode=disable')), false)
  assert.equal(await isEncrypted(urlWith('')), false)

  const refused: [string, object][] = [
    [urlWith(`sslmode=require&sslrootcert=${others}`), { code: /./ }],
    [urlWith(`sslmode=verify-ca&sslrootcert=${others}`), { code: /./ }],
    [urlWith(`sslmode=verify-full&sslrootcert=${others}`), { code: /./ }],
    [urlWith('sslmode=verify-full'), { code: /./ }],
    [urlWith('sslmode=verify-full&sslrootcert=system'), { code: /./ }],
    [
      urlWith(`sslmode=verify-full&sslrootcert=${ours}`, 'localhost'),
      { code: 'ERR_TLS_CERT_ALTNAME_INVALID' },
    ],
  ]
  for (const [url, expected] of refused) await assert.rejects(isEncrypted(url), expected, url)
})

test('a client shows its certificate, where the server demands one', async () => {
  const url = (more: string) => {
    const changed = new URL(urlWith(`sslmode=verify-full&sslrootcert=${ours}${more}`))
    changed.username = 'only_certificate'
    changed.password = 'secret'
    return changed.href
  }
  const own = ({ certFile, keyFile }: typeof certificate) => `&sslcert=${certFile}&sslkey=${keyFile}`
  assert.equal(await isEncrypted(url(own(certificate))), true)
  await assert.rejects(isEncrypted(url('')), /client certificate/)
  await assert.rejects(isEncrypted(url(own(await foreign.issue('client')))))
})

test('setup names the variable and the remedy, and does not try again', async () => {
  const cases: [string, RegExp][] = [
    [urlWith('sslmode=verify-full'), /^DATABASE_URL: the certificate .* trusted authority .*sslrootcert=/],
    [
      urlWith(`sslmode=verify-full&sslrootcert=${ours}`, 'localhost'),
      /^DATABASE_URL: the certificate of the database is for another host .*sslmode=verify-ca/,
    ],
    [
      urlWith('', '127.0.0.1', 'only_tls'),
      /^DATABASE_URL: the database refuses connections without encryption .*sslmode=verify-full/,
    ],
  ]
  for (const [url, message] of cases) await assert.rejects(migrate(url, url), { name: 'UsageError', message })
  const owner = urlWith(`sslmode=verify-full&sslrootcert=${ours}`)
  const worker = urlWith('sslmode=verify-full', '127.0.0.1', 'audit_log')
  await assert.rejects(migrate(owner, worker), {
    name: 'UsageError',
    message: /^AUDIT_LOG_DATABASE_URL: the certificate /,
  })
  await migrate(owner, owner)
})

test('a worker says why it waits', async (t) => {
  const pool = createPool(urlWith('sslmode=verify-full'), 'test', recordingLogger().logger)
  t.after(() => pool.end())
  await assert.rejects(query(pool, 'select 1', []), {
    name: 'RetriableError',
    message: /^the database did not run a query: the certificate .* trusted authority .*sslrootcert=/,
  })
})

test('no warning block of the client was printed', () => {
  assert.deepEqual(warnings.map(String), [])
})
