import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type PushLine, pushLinesOf } from '../../../../consumers/push-author-log/push-line.ts'
import { deliver, hookOf, receivedAt } from '../../../helpers/records/deliver.ts'
import { fixture } from '../../../helpers/records/samples.ts'

/** The lines of a sample, as the worker sees it. */
const linesOf = async (name: string, id = 'an-id'): Promise<PushLine[]> => {
  const { event, decoded } = await deliver(hookOf(fixture(name).body, fixture(name).headers, { id }))
  return pushLinesOf({ ...decoded, eventType: event } as unknown as Parameters<typeof pushLinesOf>[0])
}

test('a push is one line that says who pushed what', async () => {
  assert.deepEqual(await linesOf('push'), [
    {
      pushed_at: new Date(receivedAt).toISOString(),
      user_id: 4,
      user_username: 'isolheim',
      user_name: 'Ingrid Solheim',
      project_id: 15,
      project_path: 'nordlicht/signal',
      ref: 'refs/heads/main',
      before: 'eac4319652648775ff6caff67b5d09e313e02127',
      after: '674f2ee575f0f2399ebbbcb6c36c9a3c2308a47c',
      commits: JSON.parse(fixture('push').body.toString()).total_commits_count,
      source_event: 'push',
      delivery_id: 'an-id',
      instance: 'https://git.nordlicht.example',
      source: 'default',
      suspected_test: false,
    },
  ])
})

test('the fields of a line have the order in which users read them', async () => {
  const fields =
    'pushed_at user_id user_username user_name project_id project_path ref before after commits ' +
    'source_event delivery_id instance source suspected_test'
  for (const name of ['push', 'tag_push', 'repository_update'])
    for (const line of await linesOf(name)) assert.equal(Object.keys(line).join(' '), fields)
})

test('a tag push is a line with its own event type', async () => {
  assert.partialDeepStrictEqual(await linesOf('tag_push'), [{ source_event: 'tag_push' }])
})

test('a repository update is one line for each moved ref', async () => {
  const body = JSON.parse(fixture('repository_update_many').body.toString())
  const lines = await linesOf('repository_update_many')
  assert.deepEqual(
    lines.map(({ ref, before, after }) => ({ before, after, ref })),
    body.changes.map(({ ref, before, after }: PushLine) => ({ before, after, ref })),
  )
  assert.ok(lines.length > 1)
  for (const { user_username, commits, source_event } of lines)
    assert.deepEqual([user_username, commits, source_event], [null, null, 'repository_update'])
})

test('an old system hook without project or user name still makes a line', async () => {
  const [line] = await linesOf('push_system_old')
  assert.deepEqual([line?.project_id, line?.source_event], [15, 'push'])
})

test('the Test button is known by a base commit that it lists, and by a ref that does not move', async () => {
  const { commits, ...body } = JSON.parse(fixture('push').body.toString())
  const markOf = async (fields: Record<string, unknown>) => {
    const { event, decoded } = await deliver(hookOf({ ...body, commits, ...fields }, fixture('push').headers))
    const [line] = pushLinesOf({ ...decoded, eventType: event } as unknown as Parameters<
      typeof pushLinesOf
    >[0])
    return line?.suspected_test
  }
  assert.equal(await markOf({}), false)
  assert.equal(await markOf({ before: commits.at(-1).id }), true)
  assert.equal(await markOf({ before: body.after, commits: [] }), true)
})

test('an old hook that has only a repository names the project by the address of that', async () => {
  const body = JSON.parse(fixture('tag_push').body.toString())
  const pathOf = async (homepage: string, instance: string) => {
    const headers = { 'x-gitlab-instance': instance }
    const hook = hookOf({ ...body, project: undefined, repository: { name: 'kran', homepage } }, headers)
    const { event, decoded } = await deliver(hook)
    const record = { ...decoded, eventType: event } as unknown as Parameters<typeof pushLinesOf>[0]
    return pushLinesOf(record)[0]?.project_path
  }
  assert.equal(await pathOf('https://code.example/werft/kran', 'https://code.example'), 'werft/kran')
  assert.equal(await pathOf('https://code.example/git/werft/kran/', 'https://code.example/git'), 'werft/kran')
  assert.equal(await pathOf('https://code.example/', 'https://code.example'), null)
  assert.equal(await pathOf('kran', 'https://code.example'), null)
})
