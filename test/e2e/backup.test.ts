// docs/backup.md: the backup, the restore of each store, and a cluster of Kafka that has lost all its data.
// The commands are those of the page.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { after, test } from 'node:test'
import { auditLog } from '../../consumers/audit-log/audit-log.ts'
import type { Consumer } from '../../consumers/consumer.ts'
import { projectDirectory } from '../../consumers/project-directory/project-directory.ts'
import { pushAuthorLog } from '../../consumers/push-author-log/push-author-log.ts'
import { cacheFolder } from '../../local/artifacts.ts'
import { startLocalStack } from '../../local/stack.ts'
import { killAndWait } from '../helpers/faults/fault-suite.ts'
import { eventually } from '../helpers/process/eventually.ts'
import { freePort } from '../helpers/process/free-ports.ts'
import { readSeries } from '../helpers/process/read-series.ts'
import { startWorkerInProcess, type WorkerInProcess } from '../helpers/process/worker-in-process.ts'
import { post, pushOf } from '../helpers/records/hooks.ts'
import { openPageBlocks } from '../helpers/records/run-blocks.ts'
import { findPostgresClient } from '../helpers/servers/postgres-client.ts'
import { queryOnce } from '../helpers/servers/query-once.ts'
import { openStack } from '../helpers/servers/stack.ts'

const dataDir = await mkdtemp(join(tmpdir(), 'bridge-test-backup-'))
const cacheDir = cacheFolder(process.env)
const servers = await startLocalStack({ dataDir, cacheDir, env: process.env })
after(async () => {
  await servers.stop()
  await rm(dataDir, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 })
})
const stack = await openStack('backup', servers)
await stack.setUp()
const folder = await stack.temporaryFolder()
const client = await findPostgresClient(join(folder, 'postgres'))
const skip = 'missing' in client ? client.missing : false

const port = await freePort()
const env = {
  ...stack.env,
  DATABASE_URL: stack.databaseUrl,
  PUSH_AUTHOR_LOG_DIR: join(folder, 'pushes'),
  PROJECT_DIRECTORY_PORT: `${port}`,
}
const page = await openPageBlocks({ page: 'docs/backup.md', folder, env })
const path = [join(folder, 'postgres'), join(folder, 'bin'), process.env.PATH].join(delimiter)
const run = (block: string, own = {}) => page.run(block, { PATH: path, ...own })
const ingress = await stack.startIngress()

const workers: Record<string, Consumer> = Object.fromEntries(
  [auditLog, pushAuthorLog, projectDirectory].map((each) => [each.name, each as unknown as Consumer]),
)
const running = new Map<string, WorkerInProcess>()
const startWorker = async (name: string): Promise<WorkerInProcess> => {
  const worker = await startWorkerInProcess(stack, workers[name] as Consumer, env)
  running.set(name, worker)
  return worker
}
const stopWorker = async (name: string) => {
  await running.get(name)?.stop()
  running.delete(name)
}
after(() => Promise.all([...running.keys()].map(stopWorker)))

let pushes = 0
const sha = (number: number) => number.toString(16).padStart(40, 'a')
/** Posts pushes to one branch of one project. Returns their delivery ids. */
const postPushes = async (count: number, statuses: readonly number[] = [200]): Promise<string[]> => {
  const ids: string[] = []
  for (let at = 0; at < count; at++) {
    const [before, next] = [sha(pushes), sha(pushes + 1)]
    pushes += 1
    const id = randomUUID()
    const body = pushOf(15, { before, after: next, checkout_sha: next })
    const answer = await post(ingress.hookUrl, body, { 'x-gitlab-event': 'Push Hook', 'idempotency-key': id })
    assert.ok(statuses.includes(answer.status), JSON.stringify(answer.body))
    ids.push(id)
  }
  return ids
}
const audited = async (): Promise<string[]> =>
  (await queryOnce(stack.databaseUrl, 'select delivery_id from audit_log.events order by leaf_index')).map(
    ({ delivery_id }) => String(delivery_id),
  )
const untilAudited = (ids: readonly string[]) =>
  eventually(async () => assert.deepEqual((await audited()).sort(), ids.toSorted()))
const pushLines = async (): Promise<number> =>
  (await page.shell('bridge pushes --json')).split('\n').filter((line) => line !== '').length
const untilPushLines = (count: number) => eventually(async () => assert.equal(await pushLines(), count))
const headOfMain = async (): Promise<string> => {
  const answer = await fetch(`http://127.0.0.1:${port}/projects/15/branches`)
  return await answer.text()
}
const untilDirectoryIsCurrent = () =>
  eventually(async () => assert.ok((await headOfMain()).includes(sha(pushes))))

for (const name of Object.keys(workers)) await startWorker(name)
const sent: string[] = []
let digest = ''

test('a backup is made while everything runs', { skip }, async () => {
  sent.push(...(await postPushes(10, [200, 202])))
  await untilAudited(sent)
  await untilPushLines(10)
  await eventually(async () =>
    assert.equal(await running.get(auditLog.name)?.metric('audit_log_unanchored_leaves'), 0),
  )
  await run('backup')
})

test('a restored database is filled from the topics, and the log is sound once it is accepted', {
  skip,
}, async () => {
  sent.push(...(await postPushes(10, [200, 202])))
  await untilAudited(sent)
  await untilDirectoryIsCurrent()
  await stopWorker(auditLog.name)
  await stopWorker(projectDirectory.name)
  const schemas = await queryOnce(
    stack.databaseUrl,
    `select nspname from pg_namespace where nspowner = current_user::regrole`,
  )
  for (const { nspname } of schemas) await queryOnce(stack.databaseUrl, `drop schema ${nspname} cascade`)
  await run('restore-database')
  assert.equal((await audited()).length, 10, 'the dump has what was there yesterday')

  const worker = await startWorker(auditLog.name)
  await untilAudited(sent)
  await eventually(async () => assert.equal(await worker.metric('audit_log_forked'), 1))
  const said = await run('new-epoch')
  digest = /--accept ([\da-f]{64})/.exec(said)?.[1] ?? ''
  await stopWorker(auditLog.name)
  const again = await startWorker(auditLog.name)
  await eventually(async () => assert.equal(await again.metric('audit_log_unanchored_leaves'), 0))
  assert.equal(await again.metric('audit_log_forked'), 0)
  // The metric is 0 also before the worker has signed its first checkpoint.
  await eventually(() => assert.rejects(page.shell('bridge audit verify'), /rebuilt: leaves/))
  assert.match(await run('accept', { DIGEST: digest }), /The audit log is sound\./)
})

test('the directory makes itself again from the topics', { skip }, async () => {
  await startWorker(projectDirectory.name)
  await untilDirectoryIsCurrent()
})

test('a lost push log is restored from the copy, and has what is newer', { skip }, async () => {
  await untilPushLines(20)
  await stopWorker(pushAuthorLog.name)
  await rm(env.PUSH_AUTHOR_LOG_DIR, { recursive: true })
  await run('restore-pushes')
  assert.equal(await pushLines(), 10)
  await startWorker(pushAuthorLog.name)
  await untilPushLines(20)
})

test('when Kafka has lost its data, only what no worker had handled is lost', { skip }, async (t) => {
  await stopWorker(auditLog.name)
  const unhandled = await postPushes(3)
  await untilPushLines(23)
  await killAndWait(servers.server('kafka'))
  await rm(join(dataDir, 'kafka'), { recursive: true })
  const spooled = await postPushes(5, [202])
  for (const name of [pushAuthorLog.name, projectDirectory.name]) await stopWorker(name)

  await servers.startAgain('kafka')
  await eventually(() => run('new-cluster'))
  for (const name of Object.keys(workers)) await startWorker(name)
  await ingress.eventually(async () =>
    assert.equal(await readSeries(ingress.metricsUrl, 'ingress_spool_records'), 0),
  )
  const later = await postPushes(2, [200, 202])
  await untilAudited([...sent, ...spooled, ...later])
  await untilPushLines(30)
  await untilDirectoryIsCurrent()
  t.diagnostic(`lost: ${unhandled.length}; kept: ${sent.length + spooled.length + later.length}`)
  const verified = await page.shell('bridge audit verify --accept "$DIGEST"', { DIGEST: digest })
  assert.match(verified, /The audit log is sound\./)
  await assert.rejects(run('after-disaster'), /rebuilt: leaves/)
})

test('every shell block of the page has been run', { skip }, () => {
  assert.deepEqual(page.notRun(), [])
})
