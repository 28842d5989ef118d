// What the directory learns from GitLab's API, by the strict double of it.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { inTransaction } from '../../../consumers/project-directory/apply/in-transaction.ts'
import { writeBatch } from '../../../consumers/project-directory/apply/write-batch.ts'
import { reconcile } from '../../../consumers/project-directory/reconcile/reconcile.ts'
import { msUntilNight } from '../../../consumers/project-directory/reconcile/schedule.ts'
import { realmIdOf } from '../../../consumers/project-directory/store/realms.ts'
import { askDirectory } from '../../helpers/directory/ask-directory.ts'
import {
  groupHook,
  memberHook,
  placedHook,
  projectHook,
  updateHook,
} from '../../helpers/directory/directory-hooks.ts'
import { openDirectory } from '../../helpers/directory/open-directory.ts'
import { clientOf } from '../../helpers/servers/gitlab-api/client-of.ts'
import { seedBot, seedOf } from '../../helpers/servers/gitlab-api/seed.ts'
import { startGitlabApi } from '../../helpers/servers/gitlab-api/start-gitlab-api.ts'
import { level } from '../../helpers/servers/gitlab-api/state.ts'

const { pool, url: directoryUrl } = await openDirectory()
const gitlab = await startGitlabApi()
const state = seedBot(gitlab)
const { api, close } = clientOf(gitlab)
after(async () => {
  await close()
  await gitlab.stop()
})

const realm = await inTransaction(pool, (connection) =>
  realmIdOf(connection, { instance: 'https://git.example', invented: '' }),
)
let drifts: string[] = []
const metrics = {
  drift: {
    inc: ({ object, drift }: Record<string, string>, number = 1) => {
      for (let count = 0; count < number; count++) drifts.push(`${object} ${drift}`)
    },
  },
}
/** @returns what was corrected */
const compare = async (): Promise<string[]> => {
  drifts = []
  await reconcile({ pool, api, metrics, realm, signal: new AbortController().signal })
  return drifts.toSorted()
}
let offset = 0
const send = async (body: Readonly<Record<string, unknown>>) =>
  writeBatch(pool, [await placedHook(body, offset++)])
/** Hooks that were received long ago, so that no hook is newer than what the API tells. */
const sendOld = async (body: Readonly<Record<string, unknown>>) => {
  const placed = await placedHook(body, offset++)
  placed.record.delivery.received_at -= 3_600_000
  await writeBatch(pool, [placed])
}
const directory = askDirectory(directoryUrl)
const branches = async () =>
  (await directory.refs('/projects/46/branches')).items.map(({ name, sha }) => `${name} ${sha}`)

const seed = seedOf(gitlab)
const sha = (letter: string) => letter.repeat(40)
seed.ref({ project_id: 46, kind: 'branches', name: 'main', sha: sha('a') })
seed.ref({ project_id: 46, kind: 'tags', name: 'v1', sha: sha('b') })
seed.user({ id: 4, username: 'isolheim' })
seed.member({ source: 'projects', source_id: 46, user_id: 4, access_level: level.developer })

test('what is older than the bridge is filled in, and the answers are complete then', async () => {
  assert.equal(await directory.statusOf('/projects/46'), 404)
  assert.deepEqual(await compare(), [
    ...[
      'branch missing',
      'group missing',
      'member missing',
      'member missing',
      'project missing',
      'tag missing',
    ],
  ])
  const { complete, group, visibility } = await directory.project('/projects/nordlicht%2Flantern')
  assert.deepEqual([complete, group.path, visibility], [true, 'nordlicht', 'private'])
  assert.deepEqual(await branches(), [`main ${sha('a')}`])
  const { items } = await directory.members('/projects/46/members')
  assert.deepEqual([items[0]?.username, items[0]?.access], ['isolheim', 'developer'])
})

test('a second comparison finds nothing to correct', async () => {
  assert.deepEqual(await compare(), [])
})

test('a push continues from the commit that GitLab told', async () => {
  await send(updateHook(46, 'nordlicht/lantern', [['refs/heads/main', 'a'.repeat(40), 'c'.repeat(40)]]))
  assert.deepEqual(await branches(), [`main ${sha('c')}`])
  assert.equal((await directory.refs('/projects/46/branches')).items[0]?.ambiguous, false)
  // GitLab's API still tells the commit of before: the hook is newer.
  assert.deepEqual(await compare(), [])
  assert.deepEqual(await branches(), [`main ${sha('c')}`])
})

test('drift is corrected and counted: lost pushes, renames, removals', async () => {
  await sendOld(updateHook(46, 'nordlicht/lantern', [['refs/heads/left', '', 'd'.repeat(40)]]))
  await sendOld(updateHook(46, 'nordlicht/lantern', [['refs/heads/moved', '', 'e'.repeat(40)]]))
  await sendOld(memberHook('user_add_to_team', 46, 'nordlicht/lantern', 'Maintainer', 5))
  for (const ref of state.refs) if (ref.name === 'main') ref.sha = sha('c')
  seed.ref({ project_id: 46, kind: 'branches', name: 'moved', sha: sha('f') })
  const [project] = state.projects
  if (project) project.path = 'lamp'
  state.members.splice(0, state.members.length, ...state.members.filter(({ user_id }) => user_id !== 4))
  assert.deepEqual(await compare(), ['branch gone', 'branch wrong', 'member gone', 'project wrong'])
  assert.deepEqual(await branches(), [`main ${sha('c')}`, `moved ${sha('f')}`])
  assert.deepEqual((await directory.members('/projects/46/members')).items, [])
  assert.equal((await directory.project('/projects/nordlicht%2Flamp')).id, 46)
})

test('a guess about a branch ends, unless the branch was pushed in the minute before', async () => {
  const gap = (from: string, to: string) =>
    updateHook(46, 'nordlicht/lamp', [['refs/heads/guessed', sha(from), sha(to)]])
  const guessed = async () => {
    const { items } = await directory.refs('/projects/46/branches')
    return items.flatMap((each) => (each.name === 'guessed' ? [[each.sha, each.ambiguous]] : []))
  }
  seed.ref({ project_id: 46, kind: 'branches', name: 'guessed', sha: sha('9') })
  await sendOld(gap('1', '2'))
  await sendOld(gap('3', '4'))
  assert.deepEqual(await guessed(), [[sha('4'), true]])
  assert.deepEqual(await compare(), ['branch wrong'])
  assert.deepEqual(await guessed(), [[sha('9'), false]])
  await send(gap('5', '6'))
  assert.deepEqual(await guessed(), [[sha('6'), true]])
  // Hooks that GitLab has sent before this push may still be on their way.
  assert.deepEqual(await compare(), [])
  assert.deepEqual(await guessed(), [[sha('6'), true]])
})

test('what GitLab listed before and no longer has is destroyed; what the token never saw stays', async () => {
  await sendOld(groupHook('group_create', 90, 'hidden', 1))
  await sendOld(projectHook('project_create', 91, 'hidden/secret', 2))
  seed.project({ id: 47, group_id: 3, path: 'second', default_branch: null })
  assert.deepEqual(await compare(), ['project missing'])
  state.projects.splice(0, state.projects.length, ...state.projects.filter(({ id }) => id !== 47))
  await pool.query('update project_directory.holders set reconciled_at = 1 where id = 47')
  assert.deepEqual(await compare(), ['project gone'])
  assert.equal(await directory.statusOf('/projects/47'), 404)
  assert.equal(await directory.statusOf('/projects/91'), 200)
  assert.deepEqual(gitlab.misuses, [])
})

test('the next comparison begins at two in the morning', () => {
  const hourMs = 3_600_000
  assert.equal(msUntilNight(Date.UTC(2026, 0, 1, 1)), hourMs)
  assert.equal(msUntilNight(Date.UTC(2026, 0, 1, 2)), 24 * hourMs)
  assert.equal(msUntilNight(Date.UTC(2026, 0, 1, 23)), 3 * hourMs)
})
