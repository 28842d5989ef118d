// `bridge audit erase` in the directory: what it deletes, what it keeps of others, and what it reports.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { writeBatch } from '../../../consumers/project-directory/apply/write-batch.ts'
import { directoryPersonalData } from '../../../consumers/project-directory/erase/personal-data.ts'
import { createReadPool } from '../../../lib/database.ts'
import { at, placedHook, projectHook, updateHook } from '../../helpers/directory/directory-hooks.ts'
import { migrateDirectory } from '../../helpers/directory/migrate-directory.ts'
import { startServers } from '../../helpers/servers/servers.ts'

const servers = await startServers(['postgres'])
const url = await migrateDirectory(servers.databaseUrl)
const pool = createReadPool(url, 'test', 2)
after(async () => {
  await pool.end()
  await servers.remove()
})

const user = (event: string, id: number, username: string, name: string) => ({
  ...{ event_name: event, created_at: at(1), updated_at: at(1), user_id: id, username, name },
  email: `${username}@example.com`,
})
const member = (id: number, username: string, name: string) => ({
  ...{ event_name: 'user_add_to_team', created_at: at(2), updated_at: at(2), access_level: 'Developer' },
  ...{ project_access: 'Developer', project_id: 15, project_name: 'Signal', project_path: 'signal' },
  ...{ project_path_with_namespace: 'nordlicht/signal', project_visibility: 'private' },
  ...{ user_id: id, user_username: username, user_name: name, user_email: `${username}@example.com` },
})
const hooks = [
  projectHook('project_create', 15, 'nordlicht/signal', 0),
  projectHook('project_create', 16, 'Frieda/notes', 0),
  user('user_create', 77, 'Frieda', 'Frieda Kühn'),
  user('user_create', 78, 'alfrieda', 'Al Frieda'),
  member(77, 'Frieda', 'Frieda Kühn'),
  member(78, 'alfrieda', 'Al Frieda'),
  {
    ...updateHook(15, 'nordlicht/signal', [['refs/heads/main', '', 'a1']]),
    user_id: 77,
    user_name: 'Frieda Kühn',
  },
  {
    ...updateHook(15, 'nordlicht/signal', [['refs/heads/next', '', 'b1']]),
    user_id: 78,
    user_name: 'Al Frieda',
  },
]
await writeBatch(pool, await Promise.all(hooks.map((hook, offset) => placedHook(hook, offset))))

const env = { PROJECT_DIRECTORY_DATABASE_URL: url }
const frieda = {
  ids: [],
  usernames: ['FRIEDA'],
  emails: [],
  names: ['Frieda Kühn'],
  instance: 'https://git.example',
}
const dump = async (): Promise<string[]> => {
  const { rows } = await pool.query<{ name: string }>(
    `select table_name as name from information_schema.tables where table_schema = 'project_directory'`,
  )
  const texts = rows.map(async ({ name }) => {
    const { rows } = await pool.query(
      `select '${name} ' || t::text as row from project_directory.${name} as t`,
    )
    return rows.map(({ row }) => String(row))
  })
  return (await Promise.all(texts)).flat()
}

test('another instance has other people', async () => {
  const before = await dump()
  await directoryPersonalData.erase({ ...frieda, ids: [77], instance: 'https://other.example' }, '', env)
  assert.deepEqual(await dump(), before)
})

test('users, memberships and pushes of the person go, others stay; the rest is reported', async () => {
  const before = await dump()
  assert.ok(
    before.some((row) => /^refs .*77,"Frieda Kühn"/.test(row)),
    before.join('\n'),
  )
  assert.deepEqual(
    (await directoryPersonalData.find(frieda, env)).map(({ count }) => count > 0),
    [true, true, true],
  )
  const [report] = await directoryPersonalData.erase(frieda, 'request 4711', env)
  assert.ok(report?.state === 'done')
  assert.match(report.what, /^1 memberships and \d facts about the user were deleted, and 1 pushes lost/)
  const left = (await dump()).filter((row) =>
    /\bfrieda\b|kühn|[(,]77[,)]/i.test(row.replaceAll(/al ?frieda/gi, '')),
  )
  // The project of the personal namespace has the user name in its path.
  assert.deepEqual([...new Set(left.map((row) => row.split(' ')[0]))].sort(), ['facts', 'holders', 'paths'])
  assert.ok(
    left.every((row) => row.includes('project')),
    left.join('\n'),
  )
  const reported = await directoryPersonalData.report(frieda, env)
  assert.match(JSON.stringify(reported), /1 paths begin with the user name/)
  assert.deepEqual(
    (await directoryPersonalData.find(frieda, env)).map(({ count }) => count),
    [0, 0, 0],
  )
  // Digits of a time may also be 78.
  const others = (rows: string[]) => rows.filter((row) => /[(,]78[,)]|alfrieda/.test(row)).sort()
  assert.deepEqual(others(await dump()), others(before))
})
