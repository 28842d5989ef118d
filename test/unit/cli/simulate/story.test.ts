import assert from 'node:assert/strict'
import { hash } from 'node:crypto'
import { test } from 'node:test'
import { instance } from '../../../../cli/simulate/company/names.ts'
import { headersOf } from '../../../../cli/simulate/post-hook.ts'
import { type ToldHook, tellStory } from '../../../../cli/simulate/story.ts'
import { deliver, hookOf } from '../../../helpers/records/deliver.ts'

const begin = Date.parse('2026-11-02T09:00:00Z')

const tell = (count: number, seed = 'nine', from = begin): ToldHook[] => [
  ...tellStory({ seed, begin: from, stepMs: 500 }).take(count),
]

type Json = Readonly<Record<string, unknown>>

const long = tell(6000)
const kindOf = ({ body }: ToldHook): string => String(body.object_kind ?? body.event_name)
const part = (body: Json, name: string): Json => (body[name] ?? {}) as Json

test('the same seed and beginning tell the same story, byte for byte, on every machine', () => {
  const digestOf = (hooks: ToldHook[]) => hash('sha256', JSON.stringify(hooks))
  assert.equal(digestOf(tell(500)), digestOf(tell(500)))
  // Only a change of the story may change this value.
  assert.equal(digestOf(tell(500)), '7d41d6a810c22cf09368d669d619b614ea55bebce19f2592b37931030c75fc51')
})

test('another seed tells another story, and another beginning tells the same one at another time', () => {
  const kinds = (hooks: ToldHook[]) => hooks.map(kindOf)
  assert.notDeepEqual(kinds(tell(200, 'ten')), kinds(tell(200)))
  const later = tell(200, 'nine', begin + 86_400_000)
  assert.deepEqual(kinds(later), kinds(tell(200)))
  const ids = new Set(tell(200).map(({ id }) => id))
  assert.equal(ids.size, 200)
  // Deliveries of another telling must not be taken for repeats of this one.
  assert.ok(later.every(({ id }) => !ids.has(id)))
})

test('every hook becomes a whole record of its own event, and no field of it is unreadable', async () => {
  const aliases: Readonly<Record<string, string>> = { build: 'job' }
  for (const hook of long.slice(0, 2500)) {
    const body = JSON.stringify(hook.body)
    const { event, message, decoded } = await deliver(hookOf(body, headersOf(hook)))
    assert.equal(event, aliases[kindOf(hook)] ?? kindOf(hook))
    assert.equal(message.topic, `gitlab.${event}`)
    assert.deepEqual(decoded.delivery.coercion_faults, [], body)
    assert.equal(decoded.delivery.instance, instance)
    assert.equal(decoded.delivery.id.length, 36)
  }
})

test('everything that a company does occurs', () => {
  const seen = new Set(
    long.map((hook) => {
      const action = part(hook.body, 'object_attributes').action
      return kindOf(hook) === 'merge_request' ? `merge_request ${action}` : kindOf(hook)
    }),
  )
  const wanted = [
    ...['push', 'tag_push', 'repository_update', 'note', 'pipeline', 'build'],
    ...['open', 'update', 'approved', 'merge', 'close', 'reopen'].map((action) => `merge_request ${action}`),
    ...[
      'project_create',
      'project_rename',
      'project_transfer',
      'project_destroy',
      'group_rename',
      'user_create',
    ],
    ...['user_add_to_team', 'user_update_for_team', 'user_remove_from_team'],
    ...['user_add_to_group', 'user_update_for_group', 'user_remove_from_group'],
  ]
  assert.deepEqual([...seen].sort(), wanted.sort())
})

test('a discussion has answers, and a push of five branches only a repository_update', () => {
  const discussions = Map.groupBy(
    long.filter((hook) => kindOf(hook) === 'note'),
    ({ body }) => part(body, 'object_attributes').discussion_id,
  )
  assert.ok([...discussions.values()].some((notes) => notes.length >= 3))
  const pushed = new Set(long.filter((hook) => kindOf(hook) === 'push').map(({ body }) => body.after))
  const many = long.filter(({ body }) => (body.refs as string[] | undefined)?.length === 5)
  assert.ok(many.length > 0)
  for (const { body } of many)
    for (const { after } of body.changes as { after: string }[]) assert.ok(!pushed.has(after))
})

test('every ref moves from where it was', () => {
  const heads = new Map<string, unknown>()
  let compared = 0
  for (const { body } of long.filter((hook) => kindOf(hook) === 'repository_update'))
    for (const { ref, before, after } of body.changes as { ref: string; before: string; after: string }[]) {
      const key = `${body.project_id} ${ref}`
      if (heads.has(key)) {
        assert.equal(before, heads.get(key), key)
        compared += 1
      }
      heads.set(key, after)
    }
  assert.ok(compared > 500, `${compared}`)
})

test('a project is told about by the path that it has, through renames, transfers and renamed groups', () => {
  const paths = new Map<unknown, unknown>()
  for (const { body } of long) {
    const { event_name: event } = body
    if (event === 'group_rename')
      for (const [id, path] of paths)
        paths.set(id, String(path).replace(`${body.old_full_path}/`, `${body.full_path}/`))
    if (event === 'project_rename' || event === 'project_transfer') {
      if (paths.has(body.project_id)) assert.equal(body.old_path_with_namespace, paths.get(body.project_id))
      assert.notEqual(body.old_path_with_namespace, body.path_with_namespace)
      paths.set(body.project_id, body.path_with_namespace)
    }
    const { id, path_with_namespace: path } = part(body, 'project')
    if (id === undefined) continue
    assert.equal(path, paths.get(id) ?? path, `project ${id}`)
    paths.set(id, path)
  }
  assert.equal(new Set(paths.values()).size > 10, true)
})

test('a merge request opens once, and after its merge nothing happens to it', () => {
  const states = new Map<unknown, string>()
  for (const { body } of long.filter((hook) => kindOf(hook) === 'merge_request')) {
    const { id, action } = part(body, 'object_attributes')
    assert.equal(states.has(id), action !== 'open')
    assert.notEqual(states.get(id), 'merge')
    states.set(id, String(action))
  }
  assert.ok(states.size > 100)
})

test('a member is changed or removed only after it was added, unless it was there before the story', () => {
  const teams = new Map<string, boolean>()
  for (const { body } of long) {
    const [, verb] = /^user_(add|update|remove)_/.exec(String(body.event_name)) ?? []
    if (verb === undefined) continue
    const key = `${body.project_id ?? `group ${body.group_id}`} ${body.user_id}`
    const wasMember = teams.get(key) ?? verb !== 'add'
    assert.equal(wasMember, verb !== 'add', `${verb} ${key}`)
    teams.set(key, verb !== 'remove')
  }
  assert.ok(teams.size > 20)
})

test('the hooks of a long story stay small', () => {
  const sizes = [2000, 10_000].map((count) => {
    const [hook] = [...tellStory({ seed: 'long', begin, stepMs: 500 }).drop(count).take(1)]
    return JSON.stringify(hook).length
  })
  for (const size of sizes) assert.ok(size < 40_000, `${size}`)
})
