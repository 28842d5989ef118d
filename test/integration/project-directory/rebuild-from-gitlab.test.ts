// `bridge rebuild project-directory --from-gitlab`, by the strict double of GitLab's API. No Kafka runs.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { rebuildFromGitlab } from '../../../cli/rebuild/rebuild-from-gitlab.ts'
import { writeBatch } from '../../../consumers/project-directory/apply/write-batch.ts'
import { createPool } from '../../../lib/database.ts'
import { quietLogger } from '../../../lib/logger.ts'
import { placedHook, projectHook } from '../../helpers/directory/directory-hooks.ts'
import { openDirectory } from '../../helpers/directory/open-directory.ts'
import { botToken, seedBot, seedOf } from '../../helpers/servers/gitlab-api/seed.ts'
import { startGitlabApi } from '../../helpers/servers/gitlab-api/start-gitlab-api.ts'

const { pool, databaseUrl } = await openDirectory()
const gitlab = await startGitlabApi()
after(() => gitlab.stop())
seedBot(gitlab)
seedOf(gitlab).ref({ project_id: 46, kind: 'branches', name: 'main', sha: 'a'.repeat(40) })

const env = {
  PROJECT_DIRECTORY_DATABASE_URL: databaseUrl,
  GITLAB_API_URL: gitlab.url,
  GITLAB_API_TOKEN: botToken,
}
const run = (others: Readonly<Record<string, string>> = {}) =>
  rebuildFromGitlab('project-directory', { ...env, ...others })
/** The projects and branches of this GitLab, and of the others. */
const kept = async () => {
  const { rows } = await pool.query<{ line: string }>(
    `select case instance when $1 then '' else 'elsewhere: ' end || path as line
       from project_directory.holders as h join project_directory.realms as r on r.id = h.realm
      where kind = 'project' and state <> 'destroyed'
     union all select ref || ' ' || left(sha, 3) from project_directory.refs order by 1`,
    [new URL(gitlab.url).origin],
  )
  return rows.map(({ line }) => line)
}

test('what is wrong in the directory is gone, and what another GitLab told stays', async () => {
  await writeBatch(pool, [await placedHook(projectHook('project_create', 9, 'east/other', 7), 0)])
  const [said] = await run()
  assert.match(said ?? '', /^The directory of http.* was made anew from GitLab's API: \d+ projects, /)
  const right = await kept()
  assert.ok(right.includes('refs/heads/main aaa') && right.includes('elsewhere: east/other'), right.join())
  await pool.query("update project_directory.refs set sha = 'bbb'")
  await pool.query("update project_directory.holders set path = 'wrong' where kind = 'project' and id = 46")
  await pool.query(`insert into project_directory.facts
    select realm, kind, 4711, key, fact from project_directory.facts where kind = 'project' and id = 46`)
  await run()
  assert.deepEqual(await kept(), right)
  const { rows } = await pool.query('select from project_directory.facts where id = 4711')
  assert.deepEqual(rows, [])
})

test('a token that is refused or missing, and a worker that runs, change nothing', async () => {
  const before = await kept()
  await assert.rejects(run({ GITLAB_API_TOKEN: 'glpat-refused' }), /401|refuse/i)
  await assert.rejects(run({ GITLAB_API_TOKEN: '' }), /no token for GitLab's API is configured/)
  const worker = createPool(databaseUrl, 'gitlab-bridge.project-directory', quietLogger())
  await worker.query('select 1')
  await assert.rejects(run(), /The worker project-directory is running .*Stop the worker/)
  await worker.end()
  await assert.rejects(rebuildFromGitlab('push-author-log', env), /cannot be rebuilt from GitLab/)
  assert.deepEqual(await kept(), before)
})
