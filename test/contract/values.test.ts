import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deliver, hookOf } from '../helpers/records/deliver.ts'
import { fixture } from '../helpers/records/samples.ts'

type Body = Record<string, unknown>

const bodyOf = (sample: string): Body => JSON.parse(fixture(sample).body.toString()) as Body

/** The record of a fixture whose body was changed. */
const recordOf = async (sample: string, edit: (body: Body) => void) => {
  const body = structuredClone(bodyOf(sample))
  edit(body)
  return await deliver(hookOf(body, fixture(sample).headers))
}

const attributes = (body: Body): Body => body.object_attributes as Body

test('a pipeline that runs again has no time, although it carries the end of its previous run', async () => {
  const run = async (status: string) => {
    const { decoded } = await recordOf('pipeline', (body) => {
      Object.assign(attributes(body), { status, finished_at: '2026-11-30 07:00:00 UTC' })
    })
    return decoded.delivery.occurred_at
  }
  for (const status of ['running', 'pending', 'preparing', 'waiting_for_resource', 'manual', 'scheduled'])
    assert.equal(await run(status), null, status)
  for (const status of ['success', 'failed', 'canceled', 'skipped'])
    assert.equal(await run(status), Date.parse('2026-11-30T07:00:00Z'), status)
})

test('a job that waits has no time, although it carries an end', async () => {
  const { decoded } = await recordOf('job', (body) => {
    Object.assign(body, { build_status: 'pending', build_finished_at: '2026-11-30 07:00:00 UTC' })
    delete body.build_finished_at_iso
  })
  assert.equal(decoded.delivery.occurred_at, null)
})

test('a release happened when it was created, not at its release date; an update has no time', async () => {
  const created = { created_at: '2026-11-30 07:40:00 UTC', released_at: '2027-01-01T00:00:00Z' }
  const of = (action: string) =>
    recordOf('release', (body) => {
      Object.assign(body, created, { action })
    })
  assert.equal((await of('create')).decoded.delivery.occurred_at, Date.parse('2026-11-30T07:40:00Z'))
  assert.equal((await of('update')).decoded.delivery.occurred_at, null)
})

test('an old merge request says draft by work_in_progress and its assignee alone', async () => {
  const { decoded } = await recordOf('merge_request', (body) => {
    const request = attributes(body)
    delete body.assignees
    delete request.assignee_ids
    Object.assign(request, { draft: null, work_in_progress: true, assignee_id: 44 })
    request.assignee = { name: 'Jan Holt', username: 'jan.h', avatar_url: null }
  })
  const record = decoded as unknown as {
    object_attributes: { draft: boolean; assignee_ids: number[] }
    assignees: { username: string }[]
  }
  assert.equal(record.object_attributes.draft, true)
  assert.deepEqual(record.object_attributes.assignee_ids, [44])
  assert.deepEqual(
    record.assignees.map(({ username }) => username),
    ['jan.h'],
  )
})

test('the position of a note on an image is a fraction, as a number or as text', async () => {
  const { decoded } = await recordOf('note_merge_request', (body) => {
    const position = {
      position_type: 'image',
      width: '1440',
      height: 2960,
      x: 62.148397104446744,
      y: '2910.89',
    }
    Object.assign(attributes(body), { position })
  })
  const { position } = (decoded as unknown as { object_attributes: { position: Body } }).object_attributes
  assert.deepEqual([position.x, position.y, position.width], [62.148397104446744, 2910.89, 1440])
  assert.deepEqual(decoded.delivery.coercion_faults, [])
})

test('a project id that is no number is taken from the next place that GitLab writes it to', async () => {
  const { decoded, message } = await recordOf('push', (body) => {
    body.project_id = 'kran'
  })
  const { id } = bodyOf('push').project as { id: number }
  assert.deepEqual([decoded.project_id, message.key], [id, String(id)])
})

test('an item of a group is keyed by its group where the body names the group', async () => {
  for (const [sample, place] of [
    ['note', { group: { id: 78 } }],
    ['work_item_epic', { group_id: 78 }],
    ['emoji_work_item', { group: { group_id: 78 } }],
  ] as const) {
    const { message } = await recordOf(sample, (body) => {
      Object.assign(body, { project_id: null, project: null }, place)
      Object.assign(attributes(body), { project_id: null })
    })
    assert.equal(message.key, 'group:78', sample)
  }
  const epic = await recordOf('work_item_epic', () => undefined)
  assert.equal(epic.message.key, 'instance')
})

test('a security manager is an access level, as a word and as a number', async () => {
  for (const group_access of ['Security Manager', 'security_manager', 25]) {
    const { decoded } = await deliver(
      hookOf({
        ...{ event_name: 'user_add_to_group', group_id: 78, user_id: 41, group_access },
        ...{ created_at: '2026-11-30T07:00:00Z', updated_at: '2026-11-30T07:00:00Z' },
      }),
    )
    assert.equal(decoded.group_access, 'security_manager', String(group_access))
  }
})
