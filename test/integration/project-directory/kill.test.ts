// Kill -9 of the worker and of its database in the middle of writing loses nothing and doubles nothing.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, test } from 'node:test'
import pg from 'pg'
import { updateHook } from '../../helpers/directory/directory-hooks.ts'
import { eventually } from '../../helpers/process/eventually.ts'
import { post } from '../../helpers/records/hooks.ts'
import { startServers } from '../../helpers/servers/servers.ts'
import { openStack } from '../../helpers/servers/stack.ts'

const stack = await openStack('directory-kill')
const servers = await startServers(['postgres'])
after(() => servers.remove())
const urlOf = (role: string): string => {
  const url = new URL(servers.databaseUrl)
  url.username = role
  url.password = `${role}-password`
  return url.href
}
const env = {
  KAFKA_TOPIC_PREFIX: `directory-kill-${randomBytes(3).toString('hex')}.`,
  DATABASE_URL: servers.databaseUrl,
  AUDIT_LOG_DATABASE_URL: urlOf('audit_log'),
  PROJECT_DIRECTORY_DATABASE_URL: urlOf('project_directory'),
  PROJECT_DIRECTORY_PORT: '0',
  // The shortest session that brokers allow: the group waits that long for a worker that was killed.
  CONSUMER_SESSION_SECONDS: '6',
  BRIDGE_DATA_DIR: await stack.temporaryFolder(),
}
await stack.setUp(env)
const { hookUrl } = await stack.startIngress(env)

const query = async (text: string) => {
  const client = new pg.Client({ connectionString: servers.databaseUrl })
  await client.connect()
  try {
    return (await client.query(text)).rows
  } finally {
    await client.end()
  }
}
const countMoves = async (): Promise<number> =>
  (await query('select count(*)::int as moves from project_directory.moves'))[0].moves

const [projects, pushes] = [20, 30]
const shaOf = (push: number) => (push === 0 ? '' : `${push}x`)

test('kill -9 of the worker and of the database in the middle loses and doubles nothing', async () => {
  const hooks = Array.from({ length: pushes }, (_, push) =>
    Array.from({ length: projects }, (_, project) => ({ push, project: project + 1 })),
  ).flat()
  const posted = (async () => {
    for (let start = 0; start < hooks.length; start += 10)
      await Promise.all(
        hooks.slice(start, start + 10).map(({ push, project }) => {
          const move: [string, string, string] = ['refs/heads/main', shaOf(push), shaOf(push + 1)]
          const body = JSON.stringify(updateHook(project, `group/p${project}`, [move]))
          const id = `kill-${project}-${push}`
          return post(hookUrl, body, { 'x-gitlab-event': 'System Hook', 'idempotency-key': id })
        }),
      )
  })()
  let worker = await stack.startReady(['consumer', 'project-directory'], env)
  await eventually(async () => assert.ok((await countMoves()) > 20))
  worker.kill('SIGKILL')
  await worker.exited
  worker = await stack.startReady(['consumer', 'project-directory'], env)
  process.kill(servers.server('postgres').pid, 'SIGKILL')
  await servers.startAgain('postgres')
  await posted
  // After a kill, the worker handles the records of the first batches singly. A busy machine needs minutes.
  await eventually(async () => assert.equal(await countMoves(), hooks.length), 400_000)

  const heads = await query(
    'select project_id::int as id, sha, is_ambiguous from project_directory.refs order by 1',
  )
  const sha = shaOf(pushes).padEnd(40, 'a')
  assert.deepEqual(
    heads,
    Array.from({ length: projects }, (_, index) => ({ id: index + 1, sha, is_ambiguous: false })),
  )
  const [{ applied }] = await query(
    `select sum(next_offset)::int as applied from project_directory.positions
      where topic like '%repository_update'`,
  )
  assert.equal(applied, hooks.length)
})
