import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { contentOfEntry } from '../../../../consumers/delivery/content-of-entry.ts'
import { readRoutes } from '../../../../consumers/delivery/routes/read-routes.ts'
import { entriesOf, mentionTypes } from '../../../../consumers/reviewer-mentions/entries-of.ts'
import { reviewerMentions } from '../../../../consumers/reviewer-mentions/reviewer-mentions.ts'
import type { RecordOf } from '../../../../schemas/catalogue.ts'
import { temporaryFolder } from '../../../helpers/process/temporary-folder.ts'
import { deliver, hookOf } from '../../../helpers/records/deliver.ts'
import { fixture } from '../../../helpers/records/samples.ts'

type Record = RecordOf<'merge_request'>

const recordOf = async (name: string, changes: object = {}): Promise<Record> => {
  const { body, headers } = fixture(name)
  const { decoded } = await deliver(hookOf(body, headers))
  return { ...decoded, eventType: 'merge_request', ...changes } as unknown as Record
}

const openRoutes = async (t: Parameters<typeof temporaryFolder>[0], destinations: object) => {
  const file = join(await temporaryFolder(t), 'routes.yaml')
  const to = Object.keys(destinations)
  const routes = [{ to, visibility: ['public', 'internal', 'private'] }]
  await writeFile(file, JSON.stringify({ destinations, routes, own_users: ['bot'] }), { mode: 0o600 })
  return file
}
const gitlab = (url: string) => ({ type: 'gitlab', url, token: 'a-token' })

test('only a merge request that was opened or marked ready, and is no draft, reaches GitLab', async (t) => {
  const file = await openRoutes(t, { one: gitlab('https://internal.example') })
  const routes = readRoutes(file, mentionTypes).value
  const opened = await recordOf('merge_request')
  const own = opened.object_attributes
  const change = (previous: string, current: string) => ({ changes: { draft: { previous, current } } })
  const cases: [boolean, object][] = [
    [true, {}],
    [false, { object_attributes: { ...own, draft: true } }],
    [false, { action: 'merge' }],
    [false, { action: 'update' }],
    [true, { action: 'update', ...change('true', 'false') }],
    [false, { action: 'update', ...change('false', 'true') }],
    // An old GitLab says it in the title alone.
    [true, { action: 'update', changes: { title: { previous: '"Draft: Lamps"', current: '"Lamps"' } } }],
    [false, { action: 'update', changes: { title: { previous: '"Lamps"', current: '"Lights"' } } }],
    [false, { user: { ...opened.user, username: 'bot' } }],
  ]
  for (const [isTold, changes] of cases)
    assert.equal(entriesOf({ ...opened, ...changes }, routes).length > 0, isTold, JSON.stringify(changes))
  const [entry] = entriesOf(opened, routes)
  assert.deepEqual(entry?.content(undefined), {
    ...{ project_id: 15, iid: 73, project: 'nordlicht/signal' },
    url: 'https://git.nordlicht.example/nordlicht/signal/-/merge_requests/73',
  })
})

test('of several GitLabs, only the one that the hook comes from is told', async (t) => {
  const file = await openRoutes(t, {
    other: gitlab('https://other.example'),
    same: gitlab('https://git.nordlicht.example/'),
  })
  const record = await recordOf('merge_request')
  const told = entriesOf(record, readRoutes(file, mentionTypes).value).map(({ destination }) => destination)
  assert.deepEqual(told, ['same'])
})

test('a message is restored only while a route leads to its GitLab', async (t) => {
  const record = await recordOf('merge_request')
  const file = await openRoutes(t, { one: gitlab('https://git.nordlicht.example') })
  const routes = readRoutes(file, mentionTypes).value
  const restored = contentOfEntry(entriesOf)
  assert.deepEqual(restored(record, routes, 'one')?.content, entriesOf(record, routes)[0]?.content(undefined))
  assert.ok(restored(record, routes, 'one'))
  assert.equal(restored(record, { ...routes, routes: [] }, 'one'), undefined)
})

test('a preview says who would be mentioned, and for which paths', async (t) => {
  const settings = {
    ROUTES_FILE: await openRoutes(t, { one: gitlab('https://git.nordlicht.example') }),
    REVIEWER_MENTIONS_FILE: 'examples/reviewers.yaml',
  }
  const record = await recordOf('merge_request')
  assert.deepEqual(await reviewerMentions.dryRun(record, settings), [
    {
      would: 'send',
      to: 'one',
      content: {
        note_on: 'https://git.nordlicht.example/nordlicht/signal/-/merge_requests/73',
        mentions: [
          { people: ['lberg', 'hsato'], if_changed: { kind: 'all' } },
          { people: ['akovac'], if_changed: { kind: 'globs', globs: ['lamps/**', '**.sql'] } },
        ],
      },
    },
  ])
  const merged = { ...record, action: 'merge' }
  const because = 'the merge request was neither opened nor marked ready'
  assert.deepEqual(await reviewerMentions.dryRun(merged, settings), [{ would: 'skip', because }])
})

test('a GitLab without a token is an error that names the field', async (t) => {
  const file = await openRoutes(t, { one: { type: 'gitlab', url: 'https://git.nordlicht.example' } })
  assert.throws(() => readRoutes(file, mentionTypes), /destinations\.one\.token: is missing: give token/)
})
