// A dump of every store after an erasure: the person is only where the report of the erasure says.
import assert from 'node:assert/strict'
import { hash, randomBytes, randomUUID } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { after, test } from 'node:test'
import { erase } from '../../cli/audit/erase/erase.ts'
import { makeRecord } from '../../cli/preview/make-record.ts'
import { migrateDatabase } from '../../cli/setup/database/migrate-database.ts'
import { databaseUsersOf } from '../../cli/variables/database-variables.ts'
import { appendRows } from '../../consumers/audit-log/append/append-rows.ts'
import { auditRowOf, coordinatesOf } from '../../consumers/audit-log/row/audit-row.ts'
import { consumers } from '../../consumers/index.ts'
import { type PlacedRecord, writeBatch } from '../../consumers/project-directory/apply/write-batch.ts'
import { openPushFiles } from '../../consumers/push-author-log/files/push-files.ts'
import { pushLinesOf } from '../../consumers/push-author-log/push-line.ts'
import { createReadPool } from '../../lib/database.ts'
import { readLog } from '../../lib/kafka/log-reader.ts'
import { quietLogger } from '../../lib/logger.ts'
import { createNames } from '../../schemas/topics.ts'
import { sample } from '../helpers/records/hooks.ts'
import { postHook } from '../helpers/records/post-hook.ts'
import { startServers } from '../helpers/servers/servers.ts'
import { openStack, secretToken } from '../helpers/servers/stack.ts'

const stack = await openStack('audit-erase-stores')
await stack.setUp()
const servers = await startServers(['postgres'])
const dataDir = await mkdtemp(join(tmpdir(), 'bridge-test-'))
const env = {
  DATABASE_URL: servers.databaseUrl,
  BRIDGE_DATA_DIR: dataDir,
  KAFKA_TOPIC_PREFIX: stack.prefix,
}
await migrateDatabase(servers.databaseUrl, databaseUsersOf(consumers, env), quietLogger())
const pool = createReadPool(servers.databaseUrl, 'test', 2)
after(async () => {
  await pool.end()
  await servers.remove()
  await rm(dataDir, { recursive: true, force: true })
})

const word = `frieda${randomBytes(4).toString('hex')}`
const person = { id: 770_000_000 + randomBytes(2).readUInt16BE(), username: word, name: `Name Of ${word}` }
const email = `${word}@example.com`

/** A sample with other values at its top. */
const hook = (name: string, values: object) =>
  JSON.stringify({ ...JSON.parse(sample(name).toString()), ...values })
const isHers = { user_id: person.id, user_username: word, user_name: person.name, user_email: email }
const bodies = [
  hook('push', isHers),
  hook('user_create', { user_id: person.id, username: word, name: person.name, email }),
  hook('user_add_to_team', isHers),
  hook('note', { mentioned: `thanks @${word}` }),
  `{"not JSON, by ${word}`,
]
const placed = await Promise.all(
  bodies.map(async (body, offset) => {
    const headers: [string, string][] = [['Idempotency-Key', `hook-${offset}`]]
    const payload = { body: Buffer.from(body), headers } as Parameters<typeof makeRecord>[0]
    const { record, topic } = await makeRecord(payload, undefined, createNames(''))
    return { record, origin: { topicId: randomUUID(), topic, partition: 0, offset: 0 } }
  }),
)
// What the workers do with these records.
await appendRows(
  pool,
  placed.map(({ record, origin }) => ({ ...auditRowOf(record), ...coordinatesOf(origin) })),
)
await writeBatch(
  pool,
  placed.filter(
    ({ record }) => record.eventType !== 'note' && record.eventType !== 'quarantine',
  ) as PlacedRecord[],
)
const files = await openPushFiles(join(dataDir, 'pushes'), undefined)
await files.append(placed.flatMap(({ record }) => (record.eventType === 'push' ? pushLinesOf(record) : [])))
await files.close()

/** Posts the hooks to an ingress. @returns the topics that it named */
const post = async (ingress: Awaited<ReturnType<typeof stack.startIngress>>): Promise<string[]> => {
  const posted: Awaited<ReturnType<typeof postHook>>[] = []
  for (const body of bodies)
    posted.push(await postHook(String(ingress.hookUrl), secretToken, randomUUID(), Buffer.from(body)))
  await ingress.stop(10_000)
  return posted.flatMap((hook) => (hook !== 'refused' && hook.topic !== undefined ? [hook.topic] : []))
}
const published = await post(await stack.startIngress())
// Without brokers, the hooks wait in the spool.
await post(await stack.startReady(['ingress'], { KAFKA_BROKERS: '127.0.0.1:1', BRIDGE_DATA_DIR: dataDir }))

const topicsWithPerson = async (): Promise<string[]> => {
  const admin = stack.kafka.admin()
  await admin.connect()
  const topics = (await admin.listTopics()).filter((topic) => topic.startsWith(stack.prefix))
  await admin.disconnect()
  const found = new Set<string>()
  const messages = readLog(stack.kafka, { topics, from: 'beginning', to: 'now' })
  for await (const { topic, value } of messages)
    if (hasPerson(String(value?.toString('latin1')))) found.add(topic)
  return [...found].sort()
}

const dumpDatabase = async (): Promise<string[]> => {
  const { rows } = await pool.query<{ name: string }>(
    `select format('%I.%I', schemaname, tablename) as name from pg_tables
     where schemaname not in ('pg_catalog', 'information_schema')`,
  )
  const lines = rows.map(async ({ name }) =>
    (await pool.query(`select t::text as row from ${name} as t`)).rows.map(({ row }) => `${name} ${row}`),
  )
  return (await Promise.all(lines)).flat()
}
/** Bytes are in hexadecimal in a dump. */
const hasPerson = (text: string) =>
  [word, Buffer.from(word).toString('hex'), String(person.id)].some((form) => text.includes(form))
/** A partition counts as its table. */
const tableOf = (line: string) => String(line.split(' ')[0]).replace(/_\d{4}_\d\d$/, '')
const tablesWithPerson = async () =>
  [...new Set((await dumpDatabase()).filter(hasPerson).map(tableOf))].sort()
const filesWithPerson = async (): Promise<string[]> => {
  const folder = dataDir
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
  const found: string[] = []
  for (const file of files)
    if (hasPerson((await readFile(file).catch(() => '')).toString('latin1')))
      found.push(relative(folder, file))
  return found
}
/** The folder of a file in the data folder. */
const storeOf = (file: string) => file.split('/')[0] ?? ''
const inStores = async () => ({
  tables: await tablesWithPerson(),
  files: await filesWithPerson(),
})

test('what a dump finds after the erasure is what the report admits', async () => {
  const before = await inStores()
  const directory = ['facts', 'holders', 'members', 'moves', 'paths', 'refs']
  const expected = ['audit_log.events', ...directory.map((table) => `project_directory.${table}`)]
  assert.deepEqual(before.tables, expected)
  assert.deepEqual([...new Set(before.files.map(storeOf))].sort(), ['pushes', 'spool'])
  assert.deepEqual(await topicsWithPerson(), [...new Set(published)].sort())
  assert.equal(published.length, bodies.length)

  const options = {
    user: [word, String(person.id)],
    email: [email],
    name: [person.name],
    reason: 'request 1',
  }
  const lines: string[] = []
  assert.equal(await erase(options, env, (line) => lines.push(line)), 0, lines.join('\n'))
  assert.match(lines[0] ?? '', /^done: audit_log.events: 3 rows lost identity.*; 2 rows that mention/)
  const admitted = lines.filter((line) => !line.startsWith('done:'))
  const isAdmitted = (store: string) => admitted.some((line) => line.split(/[:,]? /).includes(store))

  const left = await inStores()
  assert.deepEqual(left.tables, [])
  assert.deepEqual([...new Set(left.files.map(storeOf))], ['spool'])
  assert.ok(lines.includes(`done: ${join(dataDir, 'pushes')}: 1 lines have lost the person who pushed`))
  assert.ok(admitted.some((line) => line.startsWith('cannot: the spool of each ingress')))
  for (const topic of await topicsWithPerson()) assert.ok(isAdmitted(topic), topic)
})

test('a guess with the known body, name and address finds nothing in the database', async () => {
  const dump = (await dumpDatabase()).join('\n')
  for (const text of [...bodies, word, person.name, email, String(person.id)])
    for (const algorithm of ['md5', 'sha1', 'sha256', 'sha512'])
      for (const encoding of ['hex', 'base64'] as const)
        assert.ok(!dump.includes(hash(algorithm, text, encoding)), `${algorithm} of ${text}`)
})
