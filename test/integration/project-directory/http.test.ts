// What the API of the directory answers.
import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { writeBatch } from '../../../consumers/project-directory/apply/write-batch.ts'
import { startHttp } from '../../../consumers/project-directory/http/start-http.ts'
import { ConfigError } from '../../../lib/errors.ts'
import { quietLogger } from '../../../lib/logger.ts'
import { askDirectory, pathsOf } from '../../helpers/directory/ask-directory.ts'
import {
  groupHook,
  memberHook,
  placedHook,
  projectHook,
  updateHook,
} from '../../helpers/directory/directory-hooks.ts'
import { openDirectory } from '../../helpers/directory/open-directory.ts'
import { temporaryFolder } from '../../helpers/process/temporary-folder.ts'

const { pool, url: directoryUrl, local } = await openDirectory()

let offset = 0
const send = async (body: Readonly<Record<string, unknown>>, source?: string) =>
  writeBatch(pool, [await placedHook(body, offset++, source)])

const directory = askDirectory(directoryUrl)

await send(groupHook('group_create', 1, 'north', 1))
await send(groupHook('group_create', 2, 'south', 2))
await send(projectHook('project_create', 10, 'north/signal', 3))
await send(projectHook('project_create', 11, 'south/signal', 4))
await send(projectHook('project_create', 12, 'north/tide', 5))
await send(
  updateHook(10, 'north/signal', [
    ['refs/heads/main', '', '1'],
    ['refs/heads/old', '', '2'],
    ['refs/heads/topic', '', '3'],
    ['refs/tags/v1', '', '1'],
  ]),
)
await send(updateHook(10, 'north/signal', [['refs/heads/old', '2', '']]))
await send(memberHook('user_add_to_team', 12, 'north/tide', 'Developer', 6))
await send(projectHook('project_create', 10, 'elsewhere/invented', 7), 'simulate')

test('a project is found by its id and by its path, with its group', async () => {
  const project = await directory.project('/projects/10')
  assert.deepEqual([project.path, project.group], ['north/signal', { kind: 'group', id: 1, path: 'north' }])
  assert.deepEqual(await directory.project('/projects/north%2Fsignal'), project)
  assert.equal(project.complete, false)
  assert.equal(project.as_of?.topic, 'gitlab.project_create')
})

test('a bare name of several projects answers 300 with all of them; of one project, that one', async () => {
  const { candidates } = await directory.candidates('/projects/signal/group')
  assert.deepEqual(pathsOf({ items: candidates }), ['north/signal', 'south/signal'])
  const { url } = candidates[1] ?? assert.fail()
  assert.equal((await directory.groupOf(url)).path, 'south')
  assert.equal((await directory.groupOf('/projects/tide/group')).path, 'north')
})

test('shell scripts get bare lines', async () => {
  const text = { accept: 'text/plain' }
  assert.equal((await directory.ask('/projects/tide/group', text)).text, 'north\n')
  assert.equal((await directory.ask('/projects/10/branches', text)).text, 'main\ntopic\n')
  assert.equal((await directory.refs('/projects/10/tags')).items[0]?.name, 'v1')
  const unknown = await directory.ask('/projects/nothing/group', text)
  assert.deepEqual([unknown.status, unknown.text], [404, 'no project is known with this id or path\n'])
})

test('an ETag answers 304 until something changes, and a push elsewhere changes nothing', async () => {
  const first = await directory.ask('/projects/10/branches')
  const etag = String(first.headers.get('etag'))
  await send(updateHook(11, 'south/signal', [['refs/heads/main', '', '9']]))
  const again = await directory.ask('/projects/10/branches', { 'if-none-match': etag })
  assert.deepEqual([again.status, again.text], [304, ''])
  await send(updateHook(10, 'north/signal', [['refs/heads/more', '', '5']]))
  assert.equal(await directory.statusOf('/projects/10/branches', { 'if-none-match': etag }), 200)
})

test('a cursor leads through a list, page by page', async () => {
  const first = await directory.projects('/projects?limit=2')
  assert.deepEqual(pathsOf(first), ['north/signal', 'north/tide'])
  const second = await directory.projects(`/projects?limit=2&cursor=${first.next_cursor}`)
  assert.deepEqual([pathsOf(second), second.next_cursor], [['south/signal'], null])
  assert.equal(await directory.statusOf('/projects?cursor=nonsense'), 400)
  const tooLarge = Buffer.from(JSON.stringify(['', 2 ** 52, 0])).toString('base64url')
  assert.equal(await directory.statusOf(`/projects?cursor=${tooLarge}`), 400)
})

test('a list is limited by name, path, group and a part of the path', async () => {
  assert.deepEqual(pathsOf(await directory.projects('/projects?name=signal')), [
    'north/signal',
    'south/signal',
  ])
  assert.deepEqual(pathsOf(await directory.projects('/projects?path=north/tide')), ['north/tide'])
  assert.deepEqual(pathsOf(await directory.projects('/projects?group=north')), ['north/signal', 'north/tide'])
  assert.deepEqual(pathsOf(await directory.projects('/projects?group=2')), ['south/signal'])
  assert.deepEqual(pathsOf(await directory.projects('/projects?q=h/ti')), ['north/tide'])
  for (const pattern of ['n_rth', '%25tide', 'tide%5C'])
    assert.deepEqual(pathsOf(await directory.projects(`/projects?q=${pattern}`)), [], pattern)
  assert.equal(await directory.statusOf('/projects?nme=signal'), 400)
  assert.equal(await directory.statusOf('/projects?q=%00'), 400)
})

test('members and projects of a user are told, with the role', async () => {
  const { items } = await directory.members('/projects/12/members')
  assert.deepEqual(
    items.map(({ username, access }) => [username, access]),
    [['isolheim', 'developer']],
  )
  const personal = await directory.projectsOfUser('/users/isolheim/projects')
  assert.deepEqual(
    personal.items.map(({ path, via }) => [path, via]),
    [['north/tide', [{ kind: 'project', id: 12, access: 'developer' }]]],
  )
})

test('invented events are answered only when they are asked for', async () => {
  assert.deepEqual(pathsOf(await directory.projects('/projects?name=invented')), [])
  assert.deepEqual(pathsOf(await directory.projects('/projects?invented=simulate')), ['elsewhere/invented'])
  assert.equal((await directory.project('/projects/10?invented=simulate')).invented, 'simulate')
})

test('an old path answers 301 after a rename, also of the group, until another project has it', async () => {
  await send(groupHook('group_rename', 1, 'east', 20, 'north'))
  await send(projectHook('project_rename', 12, 'east/ebb', 21, 'east/tide'))
  const moved = await directory.ask('/projects/north%2Ftide/branches?limit=5')
  assert.deepEqual(
    [moved.status, moved.headers.get('location')],
    [301, '/projects/east%2Febb/branches?limit=5'],
  )
  assert.equal(await directory.statusOf('/groups/north'), 301)
  assert.deepEqual(pathsOf(await directory.projects('/groups/east/projects')), ['east/ebb', 'east/signal'])
  await send(projectHook('project_create', 13, 'north/tide', 22))
  assert.equal((await directory.project('/projects/north%2Ftide')).id, 13)
})

test('a project that waits for its deletion says so; a destroyed one is not found', async () => {
  const scheduled = 'south/signal-deletion_scheduled-11'
  await send(projectHook('project_rename', 11, scheduled, 30, 'south/signal'))
  assert.equal((await directory.project('/projects/11')).state, 'pending_deletion')
  await send(groupHook('group_destroy', 2, 'south', 31))
  assert.equal(await directory.statusOf('/projects/11'), 404)
  assert.equal(await directory.statusOf('/groups/2'), 404)
})

test('records that were applied before are left out', async () => {
  offset -= 1
  assert.equal(await send(groupHook('group_destroy', 2, 'south', 31)), 0)
})

test('a token sees its projects only, and without one nothing is answered', async (t) => {
  const file = join(await temporaryFolder(t), 'tokens.yaml')
  const token = 'a-token-of-a-build-server'
  const entry = `{token: ${token}, projects: ['east/*'], visibility: [private]}`
  await writeFile(file, `tokens: {build: ${entry}}\n`)
  const guarded = await startHttp(pool, { ...local, PROJECT_DIRECTORY_TOKENS_FILE: file }, quietLogger())
  const { statusOf, projects } = askDirectory(guarded.url)
  try {
    assert.equal(await statusOf('/projects'), 401)
    assert.equal(await statusOf('/projects', { authorization: 'Bearer wrong' }), 401)
    const allowed = { authorization: `Bearer ${token}` }
    assert.deepEqual(pathsOf(await projects('/projects', allowed)), ['east/ebb', 'east/signal'])
    assert.equal(await statusOf('/projects/13', allowed), 404)
    assert.equal(await statusOf('/groups/east', allowed), 200)
  } finally {
    await guarded.close()
  }
})

test('it refuses to listen beyond loopback without tokens', async () => {
  const open = startHttp(pool, { ...local, PROJECT_DIRECTORY_HOST: '0.0.0.0' }, quietLogger())
  await assert.rejects(open, (error: unknown) => {
    assert.ok(error instanceof ConfigError)
    assert.equal(error.faults[0]?.variable, 'PROJECT_DIRECTORY_TOKENS_FILE')
    return true
  })
})
